import type { MailContents, MailTemplate, OutgoingMail } from '../model.ts';
import { alreadyRegistered } from './already-registered.ts';
import { invitation } from './invitation.ts';
import { htmlOf, type MailContent, textOf } from './layout.ts';
import { newDeviceSignIn } from './new-device-sign-in.ts';
import { sessionTheft } from './session-theft.ts';
import { suspiciousActivity } from './suspicious-activity.ts';
import { verifyEmail } from './verify-email.ts';

type Template = Readonly<{
  name: MailTemplate;
  /** Where its link leads; `null` for a mail without a secret. */
  path: string | null;
  /**
   * With which others it is capped per recipient: `request` where anybody can
   * have it sent to any address by a public route, `sign_in` where whoever knows
   * the password can, `theft` where whoever has refresh tokens can. `null`: it is
   * not capped.
   */
  cap: 'request' | 'sign_in' | 'theft' | null;
  write(mail: MailContents, link: string | null): MailContent;
}>;

const TEMPLATES: Readonly<{ [Name in MailTemplate]: Template & { readonly name: Name } }> = {
  verify_email: { name: 'verify_email', path: '/verify-email', cap: 'request', write: verifyEmail },
  already_registered: { name: 'already_registered', path: null, cap: 'request', write: alreadyRegistered },
  invitation: { name: 'invitation', path: '/accept-invitation', cap: null, write: invitation },
  new_device_sign_in: { name: 'new_device_sign_in', path: null, cap: 'sign_in', write: newDeviceSignIn },
  suspicious_activity: { name: 'suspicious_activity', path: null, cap: 'sign_in', write: suspiciousActivity },
  session_theft: { name: 'session_theft', path: null, cap: 'theft', write: sessionTheft },
};

const cappedAs = (cap: Template['cap']): readonly MailTemplate[] =>
  Object.values(TEMPLATES)
    .filter((template) => template.cap === cap)
    .map(({ name }) => name);

/**
 * The mails that are capped per recipient, counted together, because anybody can
 * have them sent. Never a notice or an invitation: no flood may suppress one.
 */
export const ON_REQUEST_TEMPLATES: readonly MailTemplate[] = cappedAs('request');

/** Likewise, and counted apart from those: the mails that whoever knows a password can have sent by signing in. */
export const SIGN_IN_TEMPLATES: readonly MailTemplate[] = cappedAs('sign_in');

/** Likewise, and counted apart from both: the mails that whoever has refresh tokens can have sent by using them out of turn. */
export const THEFT_TEMPLATES: readonly MailTemplate[] = cappedAs('theft');

/** Whether a mail of this template carries the secret of a link, without which it is worth nothing. */
export function carriesSecret(template: MailTemplate): boolean {
  return TEMPLATES[template].path !== null;
}

/** The link of a mail: the token stands in the fragment, which no server and no scanner's log ever sees. */
export function linkTo(publicUrl: string, path: string, token: string): string {
  return `${publicUrl}${path}#token=${token}`;
}

/** Writes a mail as a person reads it. Pure: what is in it comes from the mail alone. */
export function renderMail(mail: MailContents, publicUrl: string): OutgoingMail {
  const { path, write } = TEMPLATES[mail.template];
  const link = path && mail.token ? linkTo(publicUrl, path, mail.token) : null;
  const content = write(mail, link);
  const { id, tenantId, tenantName, to, template, token, createdAt } = mail;
  return {
    ...{ id, tenantId, tenantName, to, template, token, createdAt },
    subject: content.subject,
    text: textOf(content),
    html: htmlOf(content),
    links: link ? [link] : [],
  };
}
