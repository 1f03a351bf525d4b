import type { MailContents } from '../model.ts';
import type { MailContent } from './layout.ts';
import { originLine } from './origin.ts';

/** Tells of a sign-in on a device that is new to the account. No link: nobody learns to click in such mails. */
export function newDeviceSignIn(mail: MailContents): MailContent {
  const { tenantName, to } = mail;
  return {
    subject: `New device on your account at ${tenantName}`,
    greeting: 'Hello,',
    before: [
      `Somebody signed in to your account at ${tenantName} on a device that is new to it:`,
      originLine(mail),
      'If that was you, there is nothing to do.',
    ],
    button: null,
    after: [ifNotYou(tenantName)],
    footer: `Sent to ${to} because it is the confirmed address of an account at ${tenantName}.`,
  };
}

/** What to do about a sign-in that was somebody else's. */
export function ifNotYou(tenantName: string): string {
  return `If it was not you, somebody knows your password: sign in as you always do, sign out everywhere, and tell whoever runs ${tenantName}, who can close your account to everybody. If you cannot sign in, tell them all the same.`;
}
