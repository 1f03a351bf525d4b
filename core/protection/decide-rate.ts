import type { RateBucket, RateDecision } from './rate-limiter.ts';

/** How far the count of a bucket has come, and in how many milliseconds it ends. */
export type RateCount = Readonly<{ count: number; endsInMs: number }>;

/**
 * What a request is told of its buckets: how it stands with the tightest one.
 *
 * That is the bucket with the least left, which where the request is refused
 * is a full one; of several, the one that takes the longest to end.
 *
 * @param standings each bucket with its count, this request included where it is allowed; at least one
 */
export function decideRate(
  isAllowed: boolean,
  standings: readonly (readonly [RateBucket, RateCount])[],
): RateDecision {
  const [tightest] = standings
    .map(([{ limit }, { count, endsInMs }]) => ({
      isAllowed,
      limit,
      remaining: Math.max(0, limit - count),
      resetSeconds: Math.max(1, Math.ceil(endsInMs / 1000)),
    }))
    .sort((one, other) => one.remaining - other.remaining || other.resetSeconds - one.resetSeconds);
  if (!tightest) throw new RangeError('A request is counted in at least one bucket');
  return tightest;
}
