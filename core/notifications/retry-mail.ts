import { MailNotFound, MailNotRetriable } from './errors.ts';
import type { MailSummary } from './model.ts';
import type { MailJournal } from './ports.ts';
import { carriesSecret } from './templates/index.ts';

/**
 * Makes a mail due at once. One that was given up is only sent again when it
 * carried no secret, for that was erased with it.
 *
 * @throws {MailNotFound}
 * @throws {MailNotRetriable}
 */
export type RetryMail = (id: string) => Promise<void>;

export function createRetryMail({ journal }: Readonly<{ journal: MailJournal }>): RetryMail {
  return async (id) => {
    const mail = await journal.find(id);
    if (!mail) throw new MailNotFound(id);
    const isDue = await journal.makeDue(id, retriableStatus(mail));
    if (!isDue) throw new MailNotRetriable('Something became of the mail just now: look again');
  };
}

/** @throws {MailNotRetriable} */
function retriableStatus({ status, template, isExpired }: MailSummary): 'waiting' | 'dead' {
  if (status === 'sent') throw new MailNotRetriable('The mail was sent');
  if (status === 'suppressed') {
    throw new MailNotRetriable('The mail was suppressed: there had been too many to its recipient');
  }
  if (status === 'expired' || isExpired) {
    throw new MailNotRetriable('The mail has expired: what it says is worth nothing any more');
  }
  if (status === 'dead' && carriesSecret(template)) {
    throw new MailNotRetriable(
      'The mail was given up, and the secret of its link was erased with it: bring about a new one',
    );
  }
  return status;
}
