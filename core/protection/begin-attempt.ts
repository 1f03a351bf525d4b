import type { TenantId } from '../kernel/ids.ts';
import type { Attempt, AttemptKey, AttemptStore } from './attempts.ts';
import { type RateLimited, refusalError } from './errors.ts';

/** A guess that asks for its turn. */
export type AttemptRequest = Readonly<{
  tenantId: TenantId;
  /** In the order in which their refusals are spoken. */
  keys: readonly AttemptKey[];
  /** What the rate limit says, where it refuses: spoken unless a lock comes first. */
  excess: RateLimited | null;
}>;

/** How a guess is judged. */
export type Judging<Verdict, Result> = Readonly<{
  /** Compares the secret. Where it throws nothing was compared, and the places are given back. */
  compare(attempt: Attempt): Promise<Verdict>;
  /**
   * Ends the places in the transaction of the effect. Where it throws they stay
   * taken until they expire, for what was compared must not be free of charge.
   */
  conclude(attempt: Attempt, verdict: Verdict): Promise<Result>;
}>;

/**
 * Judges a guess that has its places.
 *
 * @throws {AccountLocked} a key is locked; told before anything else
 * @throws {RateLimited} the rate limit, the limit of an address, or guesses under way that take the last places
 */
export async function withAttempt<Verdict, Result>(
  store: AttemptStore,
  { tenantId, keys, excess }: AttemptRequest,
  { compare, conclude }: Judging<Verdict, Result>,
): Promise<Result> {
  if (excess) {
    const lock = await store.findLock(tenantId, keys);
    throw lock ? refusalError(lock) : excess;
  }
  const start = await store.begin(tenantId, keys);
  if (start.kind === 'refused') throw refusalError(start);
  const { attempt } = start;
  const verdict = await compare(attempt).catch((error: unknown) => {
    // Nobody waits for it; and a place that cannot be given back now expires by itself.
    store.release(tenantId, attempt).catch(() => undefined);
    throw error;
  });
  return conclude(attempt, verdict);
}
