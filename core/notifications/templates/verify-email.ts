import type { MailContents } from '../model.ts';
import type { MailContent } from './layout.ts';

/** Asks the owner of a mailbox to confirm it. Holds nothing that the one who registered typed. */
export function verifyEmail({ tenantName, to, facts }: MailContents, link: string | null): MailContent {
  return {
    subject: `Confirm your e-mail address for ${tenantName}`,
    greeting: 'Hello,',
    before: [
      `Somebody asked for an account at ${tenantName} with this address. If that was you, confirm it.`,
    ],
    button: link ? { label: 'Confirm this address', link } : null,
    after: [
      `The link works once, for ${facts['valid_hours'] ?? '24'} hours.`,
      'If you did not ask for this, do nothing. Confirming what you did not ask for hands the account to whoever did, with the password that they chose.',
    ],
    footer: `Sent to ${to} because it was given at ${tenantName}.`,
  };
}
