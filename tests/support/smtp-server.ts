import { once } from 'node:events';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from './redis-tls.ts';
import { SELF_SIGNED_CERTIFICATE, SELF_SIGNED_KEY } from './self-signed.ts';

/** A mail as the server took it, or was about to. */
export type ReceivedMail = Readonly<{
  from: string;
  to: string;
  /** As whom the client logged in; `null`: not at all. */
  user: string | null;
  isEncrypted: boolean;
  /** Every byte of the message. */
  raw: string;
  message: Email;
}>;

/** What the server does at each step; what is left out is done at once and willingly. A rejection is its refusal. */
export type SmtpBehaviour = Readonly<{
  onMailFrom?(address: string): Promise<void>;
  onRecipient?(address: string): Promise<void>;
  /** The message is there, and has been noted, but not answered yet. */
  onMessage?(mail: ReceivedMail): Promise<void>;
}>;

export type SmtpTestServer = Readonly<{
  host: string;
  port: number;
  /** What came in whole, in the order in which it came, whatever the server answered. */
  received: readonly ReceivedMail[];
  /** How many connections were ever opened. */
  countConnections(): number;
  /** Closes every connection, and waits until both sides have. */
  dropConnections(): Promise<void>;
  untilNobodyIsConnected(): Promise<void>;
}>;

export type SmtpTestServerOptions = SmtpBehaviour &
  Readonly<{
    /** With a certificate for `localhost` by the authority of the tests, unless told otherwise. */
    tls?: 'none' | 'starttls' | 'implicit' | 'starttls, self-signed' | 'starttls, expired';
    /** The one log-in that is let in; it is demanded then. */
    credentials?: Readonly<{ user: string; password: string }>;
    hidesSmtpUtf8?: boolean;
  }>;

/** A refusal with this code, and the text after it. */
export function refusal(code: number, text = 'refused by the test'): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/** A real SMTP server on loopback that takes every mail, unless told otherwise. Closed when the test is over. */
export async function startSmtpServer(options: SmtpTestServerOptions = {}): Promise<SmtpTestServer> {
  const received: ReceivedMail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    ...tlsOf(options.tls ?? 'none'),
    ...authOf(options.credentials),
    hideSMTPUTF8: options.hidesSmtpUtf8 ?? false,
    disableReverseLookup: true,
    logger: false,
    onConnect(_session, done) {
      connections += 1;
      done();
    },
    onMailFrom: ({ address }, _session, done) => settle(options.onMailFrom?.(address), done),
    onRcptTo: ({ address }, _session, done) => settle(options.onRecipient?.(address), done),
    onData(stream, { envelope, user, secure }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { address: from } = envelope.mailFrom || { address: '' };
        const to = envelope.rcptTo.map(({ address }) => address).join(', ');
        const raw = Buffer.concat(chunks).toString('utf8');
        const note = async () => {
          const message = await PostalMime.parse(raw);
          const mail = {
            from,
            to,
            user: typeof user === 'string' ? user : null,
            isEncrypted: secure,
            raw,
            message,
          };
          received.push(mail);
          await options.onMessage?.(mail);
        };
        settle(note(), done);
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The SMTP server has no port');

  onTestFinished(
    () =>
      new Promise((resolve) => {
        for (const connection of server.connections) connection.close();
        server.close(() => resolve());
      }),
  );
  return {
    host: (options.tls ?? 'none') === 'none' ? '127.0.0.1' : 'localhost',
    port: address.port,
    received,
    countConnections: () => connections,
    async dropConnections() {
      for (const { _socket: socket } of server.connections) socket.end();
      await allClosed(server);
    },
    untilNobodyIsConnected: () => allClosed(server),
  };
}

async function allClosed({ connections }: SMTPServer): Promise<void> {
  const closings = [...connections].map(
    ({ _socket: socket }) =>
      new Promise<void>((resolve) => {
        if (socket.closed) resolve();
        else socket.once('close', () => resolve());
      }),
  );
  await Promise.all(closings);
}

function settle(work: Promise<void> | undefined, done: (error?: Error | null) => void): void {
  (work ?? Promise.resolve()).then(
    () => done(),
    (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
  );
}

function tlsOf(tls: NonNullable<SmtpTestServerOptions['tls']>): SMTPServerOptions {
  const certificate = { key: TEST_CERTIFICATE_KEY, cert: TEST_CERTIFICATE };
  if (tls === 'none') return { disabledCommands: ['STARTTLS'] };
  if (tls === 'implicit') return { secure: true, ...certificate };
  if (tls === 'starttls') return certificate;
  // The package brings one along that has been worth nothing since 2025.
  return tls === 'starttls, expired' ? {} : { key: SELF_SIGNED_KEY, cert: SELF_SIGNED_CERTIFICATE };
}

function authOf(credentials: SmtpTestServerOptions['credentials']): SMTPServerOptions {
  if (!credentials) return { authOptional: true };
  return {
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      const isRight = username === credentials.user && password === credentials.password;
      if (isRight) done(null, { user: username });
      // As a careless server does: it repeats what it was told.
      else done(refusal(535, `5.7.8 No user ${username} with ${password}`));
    },
  };
}
