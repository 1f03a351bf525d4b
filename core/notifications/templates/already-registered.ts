import type { MailContents } from '../model.ts';
import type { MailContent } from './layout.ts';

/** Tells the owner of an account that somebody tried to register its address again. No link: there is nothing to do. */
export function alreadyRegistered({ tenantName, to }: MailContents): MailContent {
  return {
    subject: `You already have an account at ${tenantName}`,
    greeting: 'Hello,',
    before: [
      `Somebody tried to register this address at ${tenantName}. It has an account already, so nothing was changed.`,
      'If that was you, sign in with your existing account.',
    ],
    button: null,
    after: ['If it was not you, there is nothing to do.'],
    footer: `Sent to ${to} because it has an account at ${tenantName}.`,
  };
}
