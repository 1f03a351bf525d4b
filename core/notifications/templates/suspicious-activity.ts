import type { MailContents } from '../model.ts';
import type { MailContent } from './layout.ts';
import { ifNotYou } from './new-device-sign-in.ts';
import { originLine } from './origin.ts';

const OF_A_SESSION = 'refresh_elsewhere';

/** What each kind of signal means to the owner of the account. A kind that is not here is not told of. */
const REASONS: Readonly<Record<string, string>> = {
  new_device: 'The device is new to your account.',
  new_country: 'You have not signed in from this country lately.',
  impossible_travel: 'You were so far away a short time before that nobody can have made the journey.',
  failures_then_success: 'Wrong passwords were tried before the right one.',
  [OF_A_SESSION]: 'The session went on with another program, or from another place, than it was begun.',
};

/** Tells what looked wrong about a sign-in, or about the use of a session. */
export function suspiciousActivity(mail: MailContents): MailContent {
  const { tenantName, to, facts } = mail;
  const kinds = (facts['reasons'] ?? '').split(',');
  const reasons = Object.entries(REASONS).filter(([kind]) => kinds.includes(kind));
  const isOfSession = kinds.includes(OF_A_SESSION);
  return {
    subject: `Unusual activity on your account at ${tenantName}`,
    greeting: 'Hello,',
    before: [
      isOfSession
        ? `A session of your account at ${tenantName} was used in a way that is not like you:`
        : `Somebody signed in to your account at ${tenantName} in a way that is not like you:`,
      originLine(mail),
      ...reasons.map(([, sentence]) => sentence),
      'If that was you, there is nothing to do.',
    ],
    button: null,
    after: [isOfSession ? ifNotYourSession(tenantName) : ifNotYou(tenantName)],
    footer: `Sent to ${to} because it is the confirmed address of an account at ${tenantName}.`,
  };
}

/** What to do about a session that somebody else uses: nobody signed in, so nobody needs to know the password. */
function ifNotYourSession(tenantName: string): string {
  return `If it was not you, somebody uses a session of yours, for which nobody needs your password: sign in as you always do and sign out everywhere, which ends it. Then tell whoever runs ${tenantName}, who can close your account to everybody.`;
}
