/**
 * The other side did not take a mail.
 *
 * Holds nothing of the mail and none of the other side's words: either could
 * carry its secret.
 */
export class MailNotTaken extends Error {
  override readonly name: string = 'MailNotTaken';
  /** What happened, in codes, such as `EENVELOPE 550 5.1.1`. */
  readonly reason: string;
  /** Whether this mail was refused for good. Otherwise it is worth another try. */
  readonly isFinal: boolean;

  constructor(reason: string, isFinal: boolean) {
    super(`The mail was not taken (${reason})`);
    this.reason = reason;
    this.isFinal = isFinal;
  }
}

/** No mail of the outbox has this id. */
export class MailNotFound extends Error {
  override readonly name = 'MailNotFound';

  constructor(id: string) {
    super(`There is no mail "${id}"`);
  }
}

/** A mail that cannot be sent again. The message says why. */
export class MailNotRetriable extends Error {
  override readonly name = 'MailNotRetriable';
}
