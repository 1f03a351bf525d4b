import type { EffectiveSettings } from '../tenants/index.ts';
import type { UserCredential } from '../users/index.ts';

/** Why a proved identity does not become a session. */
export type SignInRefusal = 'credential_changed' | 'user_inactive' | 'email_not_verified';

type Step = Readonly<{
  refusal: SignInRefusal;
  passes(account: UserCredential, proof: ProvedVersion, settings: EffectiveSettings): boolean;
}>;

export type ProvedVersion = Readonly<{ credentialVersion: number }>;

/** Every sign-in takes these steps, in this order, under the lock on the user. */
const STEPS: readonly Step[] = [
  // The password was compared before the lock; meanwhile it may have been changed.
  {
    refusal: 'credential_changed',
    passes: (account, proof) => account.credentialVersion === proof.credentialVersion,
  },
  { refusal: 'user_inactive', passes: ({ user }) => user.status === 'active' },
  {
    refusal: 'email_not_verified',
    passes: ({ user }, _proof, settings) => user.emailVerified || !settings.emailVerificationRequired,
  },
];

/** The first step that an account does not pass, or `null` when the session may begin. */
export function refusalOf(
  account: UserCredential,
  proof: ProvedVersion,
  settings: EffectiveSettings,
): SignInRefusal | null {
  return STEPS.find((step) => !step.passes(account, proof, settings))?.refusal ?? null;
}
