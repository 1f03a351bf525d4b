import { type AddressInfo, connect } from 'node:net';
import type { HttpService } from './http-service.ts';

export type RawAnswer = Readonly<{ status: number; headers: Readonly<Record<string, string>>; body: string }>;

/** Lets a service listen on a free port of this machine, and answers with a way to send it bytes as they are. */
export async function listen({ http }: HttpService): Promise<(bytes: string | Buffer) => Promise<RawAnswer>> {
  await http.listen({ host: '127.0.0.1', port: 0 });
  const { port } = http.server.address() as AddressInfo;
  return async (bytes) => parseAnswer(await exchange(port, bytes));
}

/** Everything that a connection says until the server closes it. */
function exchange(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    // Not half-closed: Node's server gives such a client up before an answer that takes its time.
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    // A server that refuses a long request may close before all of it was sent.
    socket.on('error', (error) => (chunks.length > 0 ? resolve(textOf(chunks)) : reject(error)));
    socket.on('close', () => resolve(textOf(chunks)));
  });
}

const textOf = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');

/** Reads one answer that gives its length, and fails where more bytes follow. */
function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
  const body = text.slice(end + 4);
  if (Buffer.byteLength(body) !== Number(headers['content-length'] ?? 0)) {
    throw new Error(`Not one answer with its length: ${JSON.stringify(text)}`);
  }
  return { status: Number(statusLine.split(' ')[1]), headers, body };
}
