import { MailNotTaken } from '../../core/notifications/index.ts';

/** Not of the mail but of our user at the server (RFC 4954, section 6): that is mended, and the mail then sent. */
const ABOUT_OUR_USER = [530, 534, 535, 538];
/** A bad sequence of commands: a connection gone astray. */
const OUT_OF_STEP = 503;
const REPLY_LENGTH_MAX = 200;

/** A mail that the server did not take. Neither its message nor any field of it holds words of the server. */
export class SmtpFailure extends MailNotTaken {
  override readonly name = 'SmtpFailure';
  readonly #reply: string | null;

  constructor(reason: string, isFinal: boolean, reply: string | null = null) {
    super(reason, isFinal);
    this.#reply = reply;
  }

  /** What the server said, in one line, for whoever tries its own server out; `null`: nothing that may be told. */
  reply(): string | null {
    return this.#reply;
  }
}

/**
 * What may leave this adapter of an error of the SMTP client. That one holds
 * what the server said, which may repeat the mail or the password.
 *
 * A refusal of the recipient or of the message by a 5xx is final. All else may
 * be mended, by time or by the operator: a full mailbox, a broken connection, a
 * certificate, a wrong password, a sender that the server does not know.
 */
export function failureOf(error: unknown): SmtpFailure {
  if (error instanceof SmtpFailure) return error;
  const status = statusOf(error);
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(textOf(error, 'response') ?? '')?.[1];
  const codes = [textOf(error, 'code'), textOf(error, 'originalCode'), status, enhanced];
  const reason = codes.filter((code) => code !== null && code !== undefined && isCode(String(code)));
  return new SmtpFailure(reason.join(' ') || 'unknown', isFinal(error, status), replyOf(error));
}

/** What a server said, in one short line of printable characters. */
export function oneLineOf(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}\p{P}\p{S}]+/gu, ' ')
    .trim()
    .slice(0, REPLY_LENGTH_MAX);
}

function isFinal(error: unknown, status: number | null): boolean {
  const command = textOf(error, 'command');
  if (textOf(error, 'code') === 'EENVELOPE' && command === 'API') return true;
  if (command !== 'RCPT TO' && command !== 'DATA') return false;
  if (status === null || status < 500 || status > 599) return false;
  return status !== OUT_OF_STEP && !ABOUT_OUR_USER.includes(status);
}

function replyOf(error: unknown): string | null {
  const response = textOf(error, 'response');
  // What is said to a log-in may hold what was logged in with.
  if (!response || textOf(error, 'command')?.startsWith('AUTH')) return null;
  return oneLineOf(response);
}

function statusOf(error: unknown): number | null {
  const status: unknown = error instanceof Error ? Reflect.get(error, 'responseCode') : null;
  return typeof status === 'number' ? status : null;
}

function textOf(error: unknown, field: string): string | null {
  const text: unknown = error instanceof Error ? Reflect.get(error, field) : null;
  return typeof text === 'string' ? text : null;
}

function isCode(text: string): boolean {
  return /^[\w.]{1,60}$/.test(text);
}
