import type { EmailAddress } from '../kernel/email-address.ts';
import type { TenantId } from '../kernel/ids.ts';

/** What a mail is about. Each has one template. */
export type MailTemplate = 'verify_email' | 'already_registered' | 'invitation';

/** A mail that is to be sent, as the domain asks for it. */
export type NewMail = Readonly<{
  template: MailTemplate;
  to: EmailAddress;
  /** Facts that the template shows. Nothing here that a stranger typed, unless the address is verified. */
  facts: Readonly<Record<string, string>>;
  /** The one-time secret that its link carries; `null` for a mail without one. Waits encrypted. */
  token: string | null;
  /** After this long the mail is worth nothing and is not sent. */
  lifetimeSeconds: number;
}>;

/** A mail that waits, its secret opened for sending. */
export type PendingMail = Readonly<{
  id: string;
  tenantId: TenantId;
  tenantName: string;
  template: MailTemplate;
  to: EmailAddress;
  facts: Readonly<Record<string, string>>;
  token: string | null;
  /** How often it was tried before. */
  attempts: number;
  createdAt: Date;
}>;

/** A mail as a person reads it. */
export type RenderedMail = Readonly<{
  id: string;
  tenantId: TenantId;
  to: EmailAddress;
  template: MailTemplate;
  subject: string;
  text: string;
  html: string;
  links: readonly string[];
  token: string | null;
  createdAt: Date;
}>;
