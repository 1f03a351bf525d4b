import { createRateLimiter } from '../adapters/memory/rate-limiter.ts';
import { openRedis } from '../adapters/redis/connection.ts';
import { createSharedLimiter } from '../adapters/redis/shared-limiter.ts';
import type { Config } from '../config/index.ts';
import type { RateLimiter } from '../core/protection/index.ts';
import type { Logger } from './logger.ts';

/** What counts requests, and what it counts them in. */
export type Limits = Readonly<{
  limiter: RateLimiter;
  /** `local`: each process counts by itself. */
  mode(): 'redis' | 'local';
  redisStatus(): Promise<'ok' | 'off' | 'down'>;
  /** Returns once Redis is there, or has been tried; without Redis at once. Never throws. */
  connect(): Promise<void>;
  close(): Promise<void>;
}>;

/** Limits over all processes with Redis, and in this one alone without. Connects nowhere yet. */
export function createLimits(redis: Config['redis'], logger: Logger): Limits {
  // Never set back, as an operator's clock may be: limits count time that has passed.
  const clock = { now: () => new Date(performance.now()) };
  const local = createRateLimiter({ clock });
  if (!redis) {
    return {
      limiter: local,
      mode: () => 'local',
      redisStatus: async () => 'off',
      connect: async () => undefined,
      close: async () => undefined,
    };
  }
  const connection = openRedis({
    ...redis,
    onTrouble: (reason) => logger.warn({ reason }, 'Redis is away: limits are counted here, and halved'),
    // As loud as the trouble: production logs from warn on, and an operator waits for this line.
    onRecovery: () => logger.warn('Redis is back'),
  });
  const limiter = createSharedLimiter({ redis: connection, fallback: local });
  return {
    limiter,
    mode: () => limiter.mode(),
    redisStatus: () => connection.status(),
    connect: () => connection.connect(),
    close: () => connection.close(),
  };
}
