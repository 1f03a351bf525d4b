import type { MailTemplate, PendingMail, RenderedMail } from '../model.ts';
import { alreadyRegistered } from './already-registered.ts';
import { invitation } from './invitation.ts';
import { htmlOf, type MailContent, textOf } from './layout.ts';
import { verifyEmail } from './verify-email.ts';

type Template = (mail: PendingMail, link: string | null) => MailContent;

const TEMPLATES: Record<MailTemplate, Readonly<{ path: string | null; write: Template }>> = {
  verify_email: { path: '/verify-email', write: verifyEmail },
  already_registered: { path: null, write: alreadyRegistered },
  invitation: { path: '/accept-invitation', write: invitation },
};

/** The link of a mail: the token stands in the fragment, which no server and no scanner's log ever sees. */
export function linkTo(publicUrl: string, path: string, token: string): string {
  return `${publicUrl}${path}#token=${token}`;
}

/** Writes a mail as a person reads it. Pure: what is in it comes from the mail alone. */
export function renderMail(mail: PendingMail, publicUrl: string): RenderedMail {
  const { path, write } = TEMPLATES[mail.template];
  const link = path && mail.token ? linkTo(publicUrl, path, mail.token) : null;
  const content = write(mail, link);
  const { id, tenantId, to, template, token, createdAt } = mail;
  return {
    ...{ id, tenantId, to, template, token, createdAt },
    subject: content.subject,
    text: textOf(content),
    html: htmlOf(content),
    links: link ? [link] : [],
  };
}
