import type { NewMail, PendingMail, RenderedMail } from './model.ts';

/** Mails written with the change that causes them, sent afterwards by the worker. */
export interface Outbox {
  /** Adds a mail to the transaction. Its token is encrypted before it is stored. */
  add(mail: NewMail): Promise<void>;
}

/** The worker's side of the outbox, over all tenants. */
export interface MailQueue {
  /**
   * Claims up to `limit` mails that are due, for a minute. Of concurrent
   * claims each mail goes to one; one that is neither finished nor failed
   * within the minute is due again. Expired mails are buried, never returned.
   */
  claim(limit: number): Promise<readonly PendingMail[]>;
  /** Marks a mail sent and erases its secret. */
  finish(mail: PendingMail): Promise<void>;
  /** Puts a mail back for later, or buries it after its last attempt. `reason` holds no secret. */
  fail(mail: PendingMail, reason: string): Promise<void>;
}

/** Hands a mail over to whoever delivers it. */
export interface MailTransport {
  /** Resolves once the mail is safe with the other side. A mail sent twice carries the same id. */
  send(mail: RenderedMail): Promise<void>;
}

/** Reads the development mailbox, over all tenants. */
export interface DevMailbox {
  /** Newest first. `to`: only mails to exactly this address. */
  list(filter: { readonly to: string | null; readonly limit: number }): Promise<readonly RenderedMail[]>;
}
