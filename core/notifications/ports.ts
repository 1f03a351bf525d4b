import type {
  MailBacklog,
  MailContents,
  MailStatus,
  MailSummary,
  NewMail,
  OutgoingMail,
  PendingMail,
  RenderedMail,
} from './model.ts';

/** Mails written with the change that causes them, sent afterwards by the worker. */
export interface Outbox {
  /** Adds a mail to the transaction. Its token is encrypted before it is stored. */
  add(mail: NewMail): Promise<void>;
}

/** The worker's side of the outbox, over all tenants. */
export interface MailQueue {
  /**
   * Claims up to `limit` mails that are due, for a minute. Of concurrent claims
   * each mail goes to one; one that is not settled within the minute is due
   * again. Expired mails are buried, never returned.
   *
   * Mails to one recipient of a tenant leave in the order they were queued: none
   * is claimed while an older one waits or is under way. So that a fresh mail
   * does not wait for hours behind one that failed, it makes the oldest of its
   * recipient due at once.
   *
   * A mail that anybody can have sent, and that would be one too many for its
   * recipient within an hour, is suppressed: its secret is erased, and it is
   * never returned.
   */
  claim(limit: number): Promise<readonly PendingMail[]>;
  /**
   * Marks a mail sent, whatever became of it meanwhile, and erases its secret.
   * The next one to its recipient is due at once.
   */
  finish(mail: PendingMail): Promise<void>;
  /**
   * Puts a mail back for later, and with it all that wait for the same
   * recipient. `reason` holds no secret. Does nothing where the claim ran out
   * and somebody else has claimed it.
   */
  putBack(mail: PendingMail, reason: string, delaySeconds: number): Promise<void>;
  /**
   * Gives a mail up and erases its secret. The next one to its recipient is due
   * at once. `reason` holds no secret. Does nothing where the claim ran out and
   * somebody else has claimed it.
   */
  bury(mail: PendingMail, reason: string): Promise<void>;
  /**
   * The mails that the development mailbox does not hold yet, the oldest first:
   * those that wait, and the suppressed ones, without their secret. What is
   * older than all of a full mailbox counts as held.
   */
  listUnshown(limit: number): Promise<readonly MailContents[]>;
  /** What there is to know for an alert. Expired mails count nowhere. */
  backlog(): Promise<MailBacklog>;
}

/** The operator's side of the outbox, over all tenants. Sees no secret. */
export interface MailJournal {
  /** Newest first. `status`: `null` for all. */
  list(filter: {
    readonly status: MailStatus | null;
    readonly limit: number;
  }): Promise<readonly MailSummary[]>;
  find(id: string): Promise<MailSummary | null>;
  /**
   * Makes a mail due at once if it still has the status `from` and is worth
   * something. A dead one begins anew, as if it had never been tried.
   *
   * @returns whether it was made due
   */
  makeDue(id: string, from: 'waiting' | 'dead'): Promise<boolean>;
}

/** Hands a mail over to whoever delivers it. */
export interface MailTransport {
  /**
   * Resolves once the mail is safe with the other side. A mail sent twice carries the same id.
   *
   * @throws {MailNotTaken} it was not taken, for good or for now; any other error is for now
   */
  send(mail: OutgoingMail): Promise<void>;
}

/** Reads the development mailbox, over all tenants. */
export interface DevMailbox {
  /** Newest first. `to`: only mails to exactly this address. */
  list(filter: { readonly to: string | null; readonly limit: number }): Promise<readonly RenderedMail[]>;
}
