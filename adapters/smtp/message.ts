import MailComposer from 'nodemailer/lib/mail-composer';
import type { OutgoingMail } from '../../core/notifications/index.ts';
import { type Sender, wireAddress } from './addresses.ts';

/** What a message is made of. */
export type SmtpMail = Pick<
  OutgoingMail,
  'id' | 'tenantName' | 'to' | 'subject' | 'text' | 'html' | 'createdAt'
>;

/**
 * The message itself (RFC 5322): plain text and HTML as alternatives, in UTF-8.
 *
 * The same mail makes the same `Message-ID` and `Date` each time, so that a
 * repetition is seen as one. `Auto-Submitted` (RFC 3834) keeps out-of-office
 * replies away. Whatever stands in the name of a tenant stays in its header.
 */
export function buildMessage(mail: SmtpMail, sender: Sender): Promise<Buffer> {
  const composer = new MailComposer({
    from: { name: displayName(sender.name ?? mail.tenantName), address: sender.address },
    to: { name: '', address: mail.to },
    subject: oneLine(mail.subject),
    text: lines(mail.text),
    html: lines(mail.html),
    messageId: messageIdOf(mail.id, sender),
    date: mail.createdAt,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** `<id@domain>`, the domain that of the sender. */
export function messageIdOf(mailId: string, { address }: Sender): string {
  return `<${mailId}@${wireAddress(address).split('@').at(-1)}>`;
}

/** Of what looks like an encoded word (RFC 2047) many a reader would make other words. */
function displayName(name: string): string {
  return oneLine(name).replaceAll('=?', '= ?');
}

/** Every line ends as SMTP wants it: a CR or LF that stands alone is read by each server in its own way. */
function lines(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n');
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
