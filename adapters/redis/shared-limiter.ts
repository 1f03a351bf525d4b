import {
  decideRate,
  type RateBucket,
  type RateCount,
  type RateLimiter,
} from '../../core/protection/index.ts';
import { createBreaker } from './breaker.ts';
import type { RedisConnection } from './connection.ts';
import type { CountAnswer, CountRequest } from './count-script.ts';

/** Who decides: Redis for all processes, or each process by itself, more strictly. */
export type DecisionMode = 'redis' | 'local';

/** The limiter of this process, which also remembers what Redis said. */
export type FallbackLimiter = RateLimiter &
  Readonly<{
    /** What is known of the buckets now, in their order, and where to note what Redis says of them. */
    observe(
      group: string,
      buckets: readonly RateBucket[],
    ): Readonly<{ counts: readonly RateCount[]; learn(counts: readonly RateCount[]): void }>;
  }>;

export type SharedLimiterDeps = Readonly<{
  redis: Pick<RedisConnection, 'count' | 'outage' | 'closed'>;
  fallback: FallbackLimiter;
}>;

export type SharedLimiter = RateLimiter &
  Readonly<{
    /** Who decides at this moment. */
    mode(): DecisionMode;
    /** How many decisions each has made so far. */
    decisions(): Readonly<Record<DecisionMode, number>>;
  }>;

/** Never full, so that it always writes: a Redis that can only be read is of no use. */
const PROBE: CountRequest = {
  group: 'gatehouse.probe',
  buckets: [{ key: 'probe', limit: Number.MAX_SAFE_INTEGER, windowSeconds: 10 }],
  known: [],
};

/**
 * Counts over all processes that share a Redis, and never waits for one that is away.
 *
 * Every count that Redis tells is remembered here. So where Redis does not
 * answer within 150 ms, this process goes on from what it knows, with half of
 * each limit; and a Redis that was emptied is told what it has lost. After
 * three failures in a row nobody waits for Redis until a probe succeeds.
 */
export function createSharedLimiter({ redis, fallback }: SharedLimiterDeps): SharedLimiter {
  const decisions = { redis: 0, local: 0 };
  const breaker = createBreaker({
    probe: () => redis.count(PROBE),
    onOpen: (error) => redis.outage.begin('decisions', error),
    onClose: () => redis.outage.end('decisions'),
    signal: redis.closed,
  });

  const askRedis = async (group: string, buckets: readonly RateBucket[]): Promise<CountAnswer | null> => {
    const { counts: known, learn } = fallback.observe(group, buckets);
    try {
      const answer = await breaker.run(() => redis.count({ group, buckets, known }));
      learn(answer.counts);
      return answer;
    } catch {
      return null;
    }
  };

  return {
    async hit(group, buckets) {
      const answer = breaker.isOpen() ? null : await askRedis(group, buckets);
      decisions[answer ? 'redis' : 'local'] += 1;
      return answer ? decisionOf(answer, buckets) : fallback.hit(group, buckets.map(halved));
    },
    mode: () => (breaker.isOpen() ? 'local' : 'redis'),
    decisions: () => ({ ...decisions }),
  };
}

function decisionOf({ isAllowed, counts }: CountAnswer, buckets: readonly RateBucket[]) {
  const standings = buckets.map((bucket, index) => {
    const count = counts[index] ?? { count: 0, endsInMs: 0 };
    return [bucket, count] as const;
  });
  return decideRate(isAllowed, standings);
}

/** Half a limit, but for one that is 1: strict, and never shut. */
function halved(bucket: RateBucket): RateBucket {
  return { ...bucket, limit: Math.max(Math.min(bucket.limit, 1), Math.floor(bucket.limit / 2)) };
}
