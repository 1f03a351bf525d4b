import type { EmailAddress } from '../kernel/email-address.ts';
import type { OneTimeKind } from '../kernel/one-time-text.ts';

/** A stored one-time secret, without the secret. */
export type OneTimeToken = Readonly<{
  id: string;
  kind: OneTimeKind;
  /** What it is about: a registration, a user or an invitation, as its kind says. */
  subjectId: string;
  /** Where it was mailed to; `null` for one that was handed over otherwise. */
  email: EmailAddress | null;
  /** `used` also when it was killed: to its holder both are the same. Judged by the store's clock. */
  state: 'live' | 'used' | 'expired';
}>;
