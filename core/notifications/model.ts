import type { EmailAddress } from '../kernel/email-address.ts';
import type { TenantId } from '../kernel/ids.ts';

/** What a mail is about. Each has one template. */
export type MailTemplate =
  | 'verify_email'
  | 'already_registered'
  | 'invitation'
  | 'new_device_sign_in'
  | 'suspicious_activity'
  | 'session_theft';

/** Every status that a mail can have. */
export const MAIL_STATUSES = ['waiting', 'sent', 'dead', 'expired', 'suppressed'] as const;

/**
 * What has become of a mail. `waiting`: it is to be sent, or under way. `dead`:
 * refused for good, or tried for too long. `expired`: worth nothing before it
 * could be sent. `suppressed`: beyond what one recipient may be sent.
 */
export type MailStatus = (typeof MAIL_STATUSES)[number];

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

/** What a mail is written from, its secret opened. */
export type MailContents = Readonly<{
  id: string;
  tenantId: TenantId;
  tenantName: string;
  template: MailTemplate;
  to: EmailAddress;
  facts: Readonly<Record<string, string>>;
  token: string | null;
  createdAt: Date;
}>;

/** A mail that was claimed to be sent. */
export type PendingMail = MailContents &
  Readonly<{
    /** How often it was tried before. */
    attempts: number;
    /** How old it was when it was claimed, by the clock of the store. */
    ageSeconds: number;
    /**
     * How long after the claim was asked for it may be handed over: later it is
     * worth nothing any more, or may before long be somebody else's.
     */
    sendWithinSeconds: number;
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

/** A mail as it is handed to a transport, with the name in which it is sent. */
export type OutgoingMail = RenderedMail & Readonly<{ tenantName: string }>;

/** One mail of the outbox as an operator sees it: nothing of what it says. */
export type MailSummary = Readonly<{
  id: string;
  tenantId: TenantId;
  to: EmailAddress;
  template: MailTemplate;
  status: MailStatus;
  /** How often it was tried. */
  attempts: number;
  createdAt: Date;
  /** When it is tried next, or when the attempt under way counts as lost; `null` for one that waits no more. */
  dueAt: Date | null;
  /** Whether it is worth nothing any more, by the clock of the store. */
  isExpired: boolean;
  /** Why the last attempt failed, as a code; `null`: it did not. */
  lastError: string | null;
}>;

/** How much lies in the outbox, over all tenants. */
export type MailBacklog = Readonly<{
  waiting: number;
  dead: number;
  suppressed: number;
  /** Age of the oldest mail that waits; 0 where none does. */
  oldestWaitingSeconds: number;
}>;
