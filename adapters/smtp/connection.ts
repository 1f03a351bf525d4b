import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import { needsUtf8 } from './addresses.ts';
import { SmtpFailure } from './failure.ts';

/** The server that takes the mails. */
export type SmtpServer = Readonly<{
  host: string;
  port: number;
  /** `starttls`: demanded before anything is said; `tls`: from the first byte; `disable`: never. */
  tls: 'starttls' | 'tls' | 'disable';
  /** `null`: no authentication. */
  credentials: Readonly<{ user: string; password: string }> | null;
  /** The authorities (PEM) that its certificate may be of; the system's when left out. It is always checked. */
  ca?: string;
}>;

/** How long the parts of a conversation may take. */
export type SmtpTimeouts = Readonly<{
  /** From the look-up of the name to the end of STARTTLS. */
  connectMs: number;
  /** Without a byte from the server. */
  silenceMs: number;
}>;

export type Envelope = Readonly<{ from: string; to: string }>;

/** One conversation with the server. After a failure it is of no further use. */
export interface SmtpConnection {
  /** Connects, encrypts and logs in. To be called once, before anything else. */
  open(): Promise<void>;
  /**
   * Hands over one message.
   *
   * @returns what the server said to it
   */
  send(envelope: Envelope, message: Buffer): Promise<string>;
  isAlive(): boolean;
  /** How many messages it has taken. */
  countSent(): number;
  /** Takes leave of the server, which has two seconds to answer. Does nothing where the connection is gone. */
  quit(): void;
  /** Breaks off at once; what is under way rejects. */
  close(): void;
}

const LEAVE_MS = 2_000;

/** Errors are those of the client; see `failureOf` for what may be told of them. */
export function createConnection(server: SmtpServer, timeouts: SmtpTimeouts): SmtpConnection {
  const client = new SMTPConnection(optionsOf(server, timeouts));
  let isAlive = true;
  let sent = 0;
  let offersUtf8 = false;
  client.on('end', () => {
    isAlive = false;
  });
  // Whoever waits is told below; an error that comes later than the answer is nobody's.
  client.on('error', () => undefined);

  return {
    async open() {
      await ask(client, (done) => client.connect((error) => done(error)));
      // The last thing said so far is the list of what the server offers.
      offersUtf8 = /^250[ -]SMTPUTF8\b/im.test(String(client.lastServerResponse));
      const { credentials } = server;
      if (!credentials) return;
      const { user, password: pass } = credentials;
      await ask(client, (done) => client.login({ user, pass }, done));
    },
    async send({ from, to }, message) {
      if (!offersUtf8) refuseUtf8(from, to);
      const info = await ask<{ response: string }>(client, (done) =>
        client.send({ from, to: [to], size: message.length }, message, done),
      );
      sent += 1;
      return info?.response ?? '';
    },
    isAlive: () => isAlive,
    countSent: () => sent,
    quit() {
      if (!isAlive) return;
      const timer = setTimeout(() => client.close(), LEAVE_MS);
      client.once('end', () => clearTimeout(timer));
      client.quit();
    },
    close: () => client.close(),
  };
}

/** @throws {SmtpFailure} final where it is the recipient's address that this server cannot be given */
function refuseUtf8(from: string, to: string): void {
  if (needsUtf8(to)) throw new SmtpFailure('recipient_needs_SMTPUTF8', true);
  if (needsUtf8(from)) throw new SmtpFailure('sender_needs_SMTPUTF8', false);
}

function optionsOf({ host, port, tls, ca }: SmtpServer, timeouts: SmtpTimeouts): SMTPConnectionOptions {
  return {
    host,
    port,
    secure: tls === 'tls',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'disable',
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
    connectionTimeout: timeouts.connectMs,
    socketTimeout: timeouts.silenceMs,
    // Nothing is waited for once we have ended a conversation.
    socketCloseTimeout: 0,
    logger: false,
  };
}

/** One question to the client as a promise: answered, failed, or the connection gone. */
function ask<T>(
  client: SMTPConnection,
  question: (done: (error?: Error | null, answer?: T) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null, answer?: T): void => {
      client.off('error', settle);
      client.off('end', onEnd);
      if (error) reject(error);
      else resolve(answer);
    };
    // The answer that says why may come in the same breath.
    const onEnd = (): void => void setImmediate(() => settle(new SmtpFailure('ECONNECTION', false)));
    client.once('error', settle);
    client.once('end', onEnd);
    question(settle);
  });
}
