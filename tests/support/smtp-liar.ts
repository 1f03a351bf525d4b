import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What is said at one point. `SILENCE`: nothing. `HANG UP`: the connection is closed. A function does what it likes. */
type Answer = string | ((socket: Socket) => void);

export const SILENCE: Answer = () => undefined;
export const HANG_UP: Answer = (socket) => socket.destroy();

/** What it says at each point of a conversation: to a command, as its greeting, at the end of the message. */
export type Script = Readonly<Record<string, Answer>>;

export type SmtpLiarOptions = Readonly<{
  /** It is gone after so many bytes of the message. */
  hangsUpAfterBytes?: number;
}>;

export type SmtpLiar = Readonly<{
  host: string;
  port: number;
  /** Every command it was given, in order. */
  commands: readonly string[];
  countConnections(): number;
  untilNobodyIsConnected(): Promise<void>;
}>;

const WILLING: Script = {
  greeting: '220 liar.example ESMTP',
  EHLO: '250 liar.example',
  MAIL: '250 2.1.0 Ok',
  RCPT: '250 2.1.5 Ok',
  DATA: '354 Go on',
  message: '250 2.0.0 Ok',
  RSET: '250 2.0.0 Ok',
  QUIT: '221 2.0.0 Bye',
};

/** A server that keeps to the protocol only as far as `script` leaves it. Closed when the test is over. */
export async function startSmtpLiar(script: Script, options: SmtpLiarOptions = {}): Promise<SmtpLiar> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    converse(socket, { ...WILLING, ...script }, { ...options, commands });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The liar has no port');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return {
    ...{ host: '127.0.0.1', port: address.port, commands },
    countConnections: () => connections,
    async untilNobodyIsConnected() {
      await Promise.all(
        [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
      );
    },
  };
}

function converse(
  socket: Socket,
  script: Script,
  { hangsUpAfterBytes = Number.POSITIVE_INFINITY, commands }: SmtpLiarOptions & { commands: string[] },
): void {
  let isMessage = false;
  let text = '';
  const say = (answer: Answer | undefined): void => {
    if (typeof answer === 'function') answer(socket);
    else socket.write(`${answer ?? '502 5.5.1 What?'}\r\n`);
  };
  /** What came up to `mark`, which is taken away with it; `null`: it has not come yet. */
  const upTo = (mark: string): string | null => {
    const end = text.indexOf(mark);
    if (end < 0) return null;
    const found = text.slice(0, end);
    text = text.slice(end + mark.length);
    return found;
  };
  const hearCommand = (): boolean => {
    const command = upTo('\r\n');
    if (command === null) return false;
    commands.push(command);
    const answer = script[command.split(/[ :]/, 1)[0]?.toUpperCase() ?? ''];
    isMessage = command === 'DATA' && typeof answer === 'string' && answer.startsWith('354');
    say(answer);
    return true;
  };
  const hearMessage = (): boolean => {
    if (text.length > hangsUpAfterBytes) socket.destroy();
    if (upTo('\r\n.\r\n') === null) return false;
    isMessage = false;
    say(script['message']);
    return true;
  };
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    while (isMessage ? hearMessage() : hearCommand());
  });
  say(script['greeting']);
}
