import type { MailContents } from '../model.ts';
import type { MailContent } from './layout.ts';
import { originLine } from './origin.ts';

/** Tells that a session was ended because its refresh token was used out of turn. */
export function sessionTheft(mail: MailContents): MailContent {
  const { tenantName, to } = mail;
  return {
    subject: `A session of your account at ${tenantName} was ended`,
    greeting: 'Hello,',
    before: [
      `Somebody used a sign-in of yours at ${tenantName} that had been used up before. Either a copy of it is in other hands, or your device went back to an old one. So that session was ended, and neither you nor anybody else goes on in it.`,
      `It was used the second time here: ${originLine(mail)}`,
    ],
    button: null,
    after: [
      `Sign in again. If you do not know this device, sign out everywhere, look for programs on your devices that you do not know, and tell whoever runs ${tenantName}, who can close your account to everybody. If you cannot sign in, tell them all the same.`,
    ],
    footer: `Sent to ${to} because it is the confirmed address of an account at ${tenantName}.`,
  };
}
