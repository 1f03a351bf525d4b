import { type BoundedPool, createBoundedPool } from '../adapters/crypto/bounded-pool.ts';
import type { RateLimited } from '../core/protection/index.ts';
import type { Tenant } from '../core/tenants/index.ts';

/** How many sign-ins may wait for their turn, of all tenants together. */
export const QUEUE_MAX = 64;
/** How long one of them may wait, in milliseconds, so that with the wait for a hash it is told within a second. */
export const WAIT_MAX_MS = 450;
/** While passwords are compared on every core, as many sign-ins may be at the database before or after. */
export const TURNS_PER_HASH = 2;

/**
 * Sign-ins by password, and what proves one once more, take turns as a whole, and tenants take turns among them.
 *
 * The comparison is what a storm of them waits for, but not all that it costs.
 * Each attempt also writes the counts of its address and its name: one tenant's
 * storm would queue up for a few rows, over every connection that there is. So
 * nobody begins who could not be compared soon.
 *
 * @param hashesAtOnce how many passwords are compared at once
 */
export function createSignInTurns(hashesAtOnce: number): BoundedPool {
  const concurrency = hashesAtOnce * TURNS_PER_HASH;
  return createBoundedPool({ concurrency, queueMax: QUEUE_MAX, waitMaxMs: WAIT_MAX_MS });
}

type Guess = Readonly<{ tenant: Tenant; excess: RateLimited | null }>;

/**
 * `compare`, in its tenant's turn. A turn that does not come in time is
 * `Unavailable`, and nothing was begun. What the rate limit refuses is told so
 * without a turn, for it is compared with nothing.
 */
export function inTurn<Request extends Guess, Result>(
  turns: BoundedPool,
  compare: (request: Request) => Promise<Result>,
): (request: Request) => Promise<Result> {
  return (request) =>
    request.excess ? compare(request) : turns.run(request.tenant.id, () => compare(request));
}
