import type { MailContents } from '../model.ts';
import type { MailContent } from './layout.ts';

/** Offers somebody an account. */
export function invitation({ tenantName, to, facts }: MailContents, link: string | null): MailContent {
  return {
    subject: `You are invited to ${tenantName}`,
    greeting: 'Hello,',
    before: [`You are invited to ${tenantName} as ${facts['role'] ?? 'member'}.`],
    button: link ? { label: 'Accept the invitation', link } : null,
    after: ['The link works once, for seven days. If you did not expect this, do nothing.'],
    footer: `Sent to ${to} because an administrator of ${tenantName} gave this address.`,
  };
}
