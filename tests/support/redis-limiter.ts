import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { createRateLimiter } from '../../adapters/memory/rate-limiter.ts';
import { openRedis, type RedisConnection } from '../../adapters/redis/connection.ts';
import { createSharedLimiter, type SharedLimiter } from '../../adapters/redis/shared-limiter.ts';
import { type FakeClock, fakeClock } from '../fakes/clock.ts';

/** Long enough that no test of counting ever sees a machine's hiccup as an outage. */
const PATIENT_MS = 10_000;

/** One process as far as its limits go. */
export type LimitingProcess = Readonly<{
  redis: RedisConnection;
  limiter: SharedLimiter;
  /** Of what the process itself remembers. */
  clock: FakeClock;
  /** How many counts it remembers. */
  remembered(): number;
  /** What an operator was told: reasons, and `recovered`. */
  told: readonly string[];
}>;

export type LimitingProcessOptions = Readonly<{
  url: string;
  ca?: string;
  /** Default is far more than a service would wait. */
  deadlineMs?: number;
}>;

/** Connects a limiter as a process of the service would. Let go of when the test is over. */
export async function startLimiting({
  url,
  ca,
  deadlineMs = PATIENT_MS,
}: LimitingProcessOptions): Promise<LimitingProcess> {
  const told: string[] = [];
  const redis = openRedis({
    url,
    ca: ca ?? null,
    deadlineMs,
    onTrouble: (reason) => told.push(reason),
    onRecovery: () => told.push('recovered'),
  });
  onTestFinished(() => redis.close());
  const clock = fakeClock();
  const fallback = createRateLimiter({ clock });
  const limiter = createSharedLimiter({ redis, fallback });
  await redis.connect();
  return { redis, limiter, clock, remembered: () => fallback.size(), told };
}

/** What lies in a Redis, looked at from outside. Let go of when the test is over. */
export type RedisView = Readonly<{
  redis: Redis;
  /** Milliseconds to its end of each key: -1 where it has none. */
  lifetimes(): Promise<readonly number[]>;
  /** Lets so much time pass for every key: brings its end nearer, and waits until those whose end it was are gone. */
  passTime(seconds: number): Promise<void>;
}>;

/** Begins with an empty database. */
export async function viewRedis(url: string): Promise<RedisView> {
  const redis = new Redis(url);
  onTestFinished(() => redis.disconnect());
  await redis.flushdb();

  const entries = async () => {
    const keys = await redis.keys('*');
    return Promise.all(keys.map(async (key) => ({ key, lifetime: await redis.pttl(key) })));
  };
  return {
    redis,
    async lifetimes() {
      return (await entries()).map(({ lifetime }) => lifetime);
    },
    async passTime(seconds) {
      const ending = (await entries()).filter(({ lifetime }) => lifetime > 0);
      await Promise.all(
        ending.map(({ key, lifetime }) => redis.pexpire(key, Math.max(1, lifetime - seconds * 1_000))),
      );
      const over = ending.filter(({ lifetime }) => lifetime <= seconds * 1_000).map(({ key }) => key);
      while (over.length > 0 && (await redis.exists(...over)) > 0);
    },
  };
}
