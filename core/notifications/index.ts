/**
 * Notifications: mails that the service sends.
 *
 * Holds two promises. A mail is queued in the transaction of what it tells,
 * so neither exists without the other; and its link waits encrypted.
 *
 * @module
 */
export { createDeliverMails, type DeliverMails } from './deliver-mails.ts';
export type { MailTemplate, NewMail, PendingMail, RenderedMail } from './model.ts';
export type { DevMailbox, MailQueue, MailTransport, Outbox } from './ports.ts';
export { linkTo } from './templates/index.ts';
