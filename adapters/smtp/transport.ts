import type { MailTransport } from '../../core/notifications/index.ts';
import { parseSender, wireAddress } from './addresses.ts';
import { createConnection, type SmtpConnection, type SmtpServer } from './connection.ts';
import { failureOf, oneLineOf, SmtpFailure } from './failure.ts';
import { buildMessage, type SmtpMail } from './message.ts';

export type SmtpTransportOptions = SmtpServer &
  Readonly<{
    /** One address, alone or as `Name <address>`. Without a name mails come in that of their tenant. */
    from: string;
    /** For tests: other deadlines than {@link DEADLINES}. */
    deadlines?: Partial<typeof DEADLINES>;
  }>;

/** Hands mails to one SMTP server, over connections that are kept for a while. */
export interface SmtpTransport extends MailTransport {
  /**
   * As `send`, for any message that is of no template.
   *
   * @returns what the server said when it took the mail, in one line
   * @throws {SmtpFailure}
   */
  deliver(mail: SmtpMail): Promise<string>;
  /** Ends every connection. A mail that is under way is cut off: it fails, though the server may have taken it. */
  close(): void;
}

/** When an attempt to hand a mail over ends, in milliseconds. */
export const DEADLINES = {
  /** From the look-up of the name to the end of STARTTLS. */
  connectMs: 8_000,
  /** Without a byte from the server. */
  silenceMs: 12_000,
  /** All of one mail, however busily the server answers. Well below the lease of a claimed mail. */
  totalMs: 15_000,
};
/** Shorter than the five minutes that a server must wait (RFC 5321, section 4.5.3.2). */
const IDLE_MS = 30_000;
const IDLE_MAX = 4;
const MESSAGES_MAX = 100;

/** A connection is opened for each mail for which none is idle: there are as many as the caller sends mails at once. */
export function createSmtpTransport({
  from,
  deadlines: given = {},
  ...server
}: SmtpTransportOptions): SmtpTransport {
  const sender = parseSender(from);
  const deadlines = { ...DEADLINES, ...given };
  const idle = createIdleConnections();
  const busy = new Set<SmtpConnection>();
  let isClosed = false;

  async function handOver(connection: SmtpConnection, mail: SmtpMail, isNew: boolean): Promise<string> {
    const message = await buildMessage(mail, sender);
    if (isNew) await connection.open();
    return connection.send({ from: wireAddress(sender.address), to: wireAddress(mail.to) }, message);
  }

  async function deliver(mail: SmtpMail): Promise<string> {
    if (isClosed) throw new SmtpFailure('closed', false);
    const kept = idle.take();
    const connection = kept ?? createConnection(server, deadlines);
    busy.add(connection);
    try {
      const reply = await within(deadlines.totalMs, connection, handOver(connection, mail, kept === null));
      if (isClosed || connection.countSent() >= MESSAGES_MAX) connection.quit();
      else idle.put(connection);
      return oneLineOf(reply);
    } catch (error) {
      connection.quit();
      throw failureOf(error);
    } finally {
      busy.delete(connection);
    }
  }

  return {
    deliver,
    async send(mail) {
      await deliver(mail);
    },
    close() {
      isClosed = true;
      idle.quit();
      for (const connection of busy) connection.close();
    },
  };
}

/** Breaks the connection off when the time is over, so that nothing of it goes on behind the refusal. */
async function within<T>(timeoutMs: number, connection: SmtpConnection, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      connection.close();
      reject(new SmtpFailure('ETIMEDOUT', false));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, overdue]);
  } finally {
    clearTimeout(timer);
  }
}

/** Connections between two mails. None of them keeps the process alive. */
function createIdleConnections() {
  const idle = new Map<SmtpConnection, NodeJS.Timeout>();
  const remove = (connection: SmtpConnection): void => {
    clearTimeout(idle.get(connection));
    idle.delete(connection);
  };
  const leave = (connection: SmtpConnection): void => {
    remove(connection);
    connection.quit();
  };

  return {
    /** The one used last, if it still lives; `null`: there is none. */
    take(): SmtpConnection | null {
      for (const connection of [...idle.keys()].reverse()) {
        remove(connection);
        if (connection.isAlive()) return connection;
      }
      return null;
    },
    put(connection: SmtpConnection): void {
      if (idle.size >= IDLE_MAX) connection.quit();
      else idle.set(connection, setTimeout(() => leave(connection), IDLE_MS).unref());
    },
    quit(): void {
      for (const connection of [...idle.keys()]) leave(connection);
    },
  };
}
