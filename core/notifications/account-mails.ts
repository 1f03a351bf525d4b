import type { EmailAddress } from '../kernel/email-address.ts';
import { describeClient } from './describe-client.ts';
import type { MailTemplate, NewMail } from './model.ts';

const WEEK_SECONDS = 7 * 86_400;

/** Where a request came from, as far as a mail may tell of it. */
export type MailOrigin = Readonly<{
  userAgent: string | null;
  /** ISO 3166-1 alpha-2; `null` where nobody knows. */
  country: string | null;
}>;

/** Tells a user that somebody signed in to their account on a device that is new to it. `to` is verified. */
export function newDeviceMail(to: EmailAddress, origin: MailOrigin): NewMail {
  return accountMail('new_device_sign_in', to, originFacts(origin));
}

/**
 * Tells a user what looked wrong about a sign-in, or about the use of a session. `to` is verified.
 *
 * @param reasons kinds of signals; those of which the template knows nothing are not told
 */
export function suspiciousActivityMail(
  to: EmailAddress,
  origin: MailOrigin,
  reasons: readonly string[],
): NewMail {
  return accountMail('suspicious_activity', to, { ...originFacts(origin), reasons: reasons.join(',') });
}

/** Tells a user that a session was ended because a copy of its refresh token came back. `to` is verified. */
export function sessionTheftMail(to: EmailAddress, origin: MailOrigin): NewMail {
  return accountMail('session_theft', to, originFacts(origin));
}

function accountMail(template: MailTemplate, to: EmailAddress, facts: NewMail['facts']): NewMail {
  return { template, to, facts, token: null, lifetimeSeconds: WEEK_SECONDS };
}

/** What is not known is left out. The user agent itself goes nowhere: a stranger may have written it. */
function originFacts({ userAgent, country }: MailOrigin): Readonly<Record<string, string>> {
  const { browser, system } = describeClient(userAgent);
  return { ...(browser && { browser }), ...(system && { system }), ...(country && { country }) };
}
