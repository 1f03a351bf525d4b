import type { EmailAddress } from '../kernel/email-address.ts';
import type { OneTimeKind } from '../kernel/one-time-text.ts';
import type { OneTimeToken } from './model.ts';

export type NewOneTimeToken = Readonly<{
  kind: OneTimeKind;
  hash: Uint8Array;
  subjectId: string;
  email: EmailAddress | null;
  lifetimeSeconds: number;
}>;

/** One-time secrets of the tenant that the unit of work was opened for. */
export interface OneTimeTokenRepository {
  insert(token: NewOneTimeToken): Promise<void>;

  /** The secret in whatever state, or `null`. May refuse and prepare; never grants. */
  find(kind: OneTimeKind, hash: Uint8Array): Promise<OneTimeToken | null>;

  /**
   * Spends a live secret and answers with it as it is then, `used`; or with `null`.
   *
   * Atomic, one guarded statement: of any number of concurrent calls for one
   * secret exactly one receives it. Part of the transaction of the effect, so
   * what is rolled back spends nothing.
   */
  consume(kind: OneTimeKind, hash: Uint8Array): Promise<OneTimeToken | null>;

  /** Makes every live secret of a kind that is about one subject, or went to one address, worthless. */
  killAll(
    kind: OneTimeKind,
    of: { readonly subjectId: string } | { readonly email: EmailAddress },
  ): Promise<void>;
}
