/**
 * Notifications: mails that the service sends.
 *
 * A mail is queued in the transaction of what it tells, so neither exists
 * without the other, and its link waits encrypted. It is sent at least once, and
 * a repetition carries the same id. Mails to one recipient leave in order, and
 * those that a stranger or a thief can bring about are capped per recipient.
 *
 * @module
 */
export {
  type MailOrigin,
  newDeviceMail,
  sessionTheftMail,
  suspiciousActivityMail,
} from './account-mails.ts';
export { createMailDelivery, type MailDelivery } from './deliver-mails.ts';
export { type ClientDescription, describeClient } from './describe-client.ts';
export { MailNotFound, MailNotRetriable, MailNotTaken } from './errors.ts';
export {
  BEGIN_WITHIN_SECONDS,
  CAPPED_MAILS_PER_HOUR,
  CLAIM_SECONDS,
  MAIL_ATTEMPTS_MIN,
  MAIL_PATIENCE_SECONDS,
  MAIL_RETRY_SECONDS_MAX,
} from './limits.ts';
export {
  MAIL_STATUSES,
  type MailBacklog,
  type MailContents,
  type MailStatus,
  type MailSummary,
  type MailTemplate,
  type NewMail,
  type OutgoingMail,
  type PendingMail,
  type RenderedMail,
} from './model.ts';
export type { DevMailbox, MailJournal, MailQueue, MailTransport, Outbox } from './ports.ts';
export { createRetryMail, type RetryMail } from './retry-mail.ts';
export { createShowMails, type ShowMails } from './show-mails.ts';
export { linkTo, ON_REQUEST_TEMPLATES, SIGN_IN_TEMPLATES, THEFT_TEMPLATES } from './templates/index.ts';
