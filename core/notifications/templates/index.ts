import type { MailContents, MailTemplate, OutgoingMail } from '../model.ts';
import { alreadyRegistered } from './already-registered.ts';
import { invitation } from './invitation.ts';
import { htmlOf, type MailContent, textOf } from './layout.ts';
import { verifyEmail } from './verify-email.ts';

type Template = Readonly<{
  name: MailTemplate;
  /** Where its link leads; `null` for a mail without a secret. */
  path: string | null;
  /** Whether anybody can have it sent to any address by a public route: then it is capped per recipient. */
  isOnRequest: boolean;
  write(mail: MailContents, link: string | null): MailContent;
}>;

const TEMPLATES: Readonly<{ [Name in MailTemplate]: Template & { readonly name: Name } }> = {
  verify_email: { name: 'verify_email', path: '/verify-email', isOnRequest: true, write: verifyEmail },
  already_registered: {
    name: 'already_registered',
    path: null,
    isOnRequest: true,
    write: alreadyRegistered,
  },
  invitation: { name: 'invitation', path: '/accept-invitation', isOnRequest: false, write: invitation },
};

/** The mails that are capped per recipient. Never a notice or an invitation: no flood may suppress one. */
export const ON_REQUEST_TEMPLATES: readonly MailTemplate[] = Object.values(TEMPLATES)
  .filter(({ isOnRequest }) => isOnRequest)
  .map(({ name }) => name);

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
