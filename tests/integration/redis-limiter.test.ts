import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSharedLimiter } from '../../adapters/redis/shared-limiter.ts';
import type { RateLimiter } from '../../core/protection/index.ts';
import { rateLimiterContract } from '../contracts/rate-limiter.contract.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../support/redis.ts';
import { type RedisView, startLimiting, viewRedis } from '../support/redis-limiter.ts';

const DATABASE = 1;
const bucket = (key: string, limit: number) => ({ key, limit, windowSeconds: 60 });

/** Knows nothing and decides nothing, so that a limiter over it is Redis alone. */
const NO_FALLBACK = {
  observe: () => ({ counts: [], learn: () => undefined }),
  hit: () => Promise.reject(new Error('Redis did not decide')),
};

describeWithRedis('over a real Redis', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startTestRedis(DATABASE);
  });
  afterAll(() => server.stop());

  rateLimiterContract('Redis alone', async () => {
    const view = await viewRedis(server.url);
    const { redis } = await startLimiting({ url: server.url });
    return {
      limiter: createSharedLimiter({ redis, fallback: NO_FALLBACK }),
      passTime: view.passTime,
      kept: () => view.redis.dbsize(),
    };
  });

  rateLimiterContract('Redis and what this process remembers of it', async () => {
    const view = await viewRedis(server.url);
    const { limiter, clock, remembered } = await startLimiting({ url: server.url });
    return {
      limiter,
      async passTime(seconds) {
        clock.advance(seconds);
        await view.passTime(seconds);
      },
      async kept() {
        const stored = await view.redis.dbsize();
        expect(remembered()).toBe(stored);
        return stored;
      },
    };
  });

  rateLimiterContract('two processes in turn', async () => {
    const view = await viewRedis(server.url);
    const processes = [await startLimiting({ url: server.url }), await startLimiting({ url: server.url })];
    return {
      limiter: inTurn(processes.map(({ limiter }) => limiter)),
      async passTime(seconds) {
        for (const { clock } of processes) clock.advance(seconds);
        await view.passTime(seconds);
      },
      kept: () => view.redis.dbsize(),
    };
  });

  describe('the keys', () => {
    it('all end by themselves, however they came to be', async () => {
      const { view, limiter } = await setUp();

      await Promise.all(
        Array.from({ length: 50 }, () => limiter.hit('g', [bucket('a', 3), bucket('b', 99)])),
      );
      await limiter.hit('g', [bucket('a', 3), bucket('never counted', 3)]);

      const lifetimes = await view.lifetimes();
      expect(lifetimes).toHaveLength(2);
      for (const lifetime of lifetimes) expect(lifetime).toBeGreaterThan(50_000);
    });

    it.each([
      ['lets the request pass', 9],
      ['refuses it', 1],
    ])('get an end again, should one have lost it, where the limit %s', async (_case, limit) => {
      const { view, limiter } = await setUp();
      await limiter.hit('g', [bucket('a', limit)]);
      await view.redis.persist('gatehouse:{g}:a');
      expect(await view.lifetimes()).toEqual([-1]);

      const { resetSeconds } = await limiter.hit('g', [bucket('a', limit)]);

      expect(resetSeconds).toBe(60);
      expect((await view.lifetimes())[0]).toBeGreaterThan(50_000);
    });

    it('tell nothing but what they were named', async () => {
      const { view, limiter } = await setUp();

      await limiter.hit('login', [bucket('tenant:abc', 5), bucket('odd name', 5)]);

      const keys = await view.redis.keys('*');
      expect(keys.sort()).toEqual([
        expect.stringMatching(/^gatehouse:\{login\}:#[\w-]{43}$/),
        'gatehouse:{login}:tenant:abc',
      ]);
    });
  });

  describe('a Redis that has lost something', () => {
    it('is asked again with the script itself', async () => {
      const { view, limiter } = await setUp();
      await limiter.hit('g', [bucket('a', 5)]);

      await view.redis.script('FLUSH');

      expect(await limiter.hit('g', [bucket('a', 5)])).toMatchObject({ isAllowed: true, remaining: 3 });
      expect(limiter.decisions()).toEqual({ redis: 2, local: 0 });
    });

    // Rule 31: a missing key never means "allowed".
    it('is told the counts that the process remembers, and how long they last', async () => {
      const { view, limiter, clock } = await setUp();
      const other = (await startLimiting({ url: server.url })).limiter;
      for (const _ of [1, 2, 3, 4]) await limiter.hit('g', [bucket('a', 5)]);
      clock.advance(20);
      await view.redis.flushdb();

      const decisions = [];
      for (const each of [limiter, limiter, other]) decisions.push(await each.hit('g', [bucket('a', 5)]));

      expect(decisions.map(({ isAllowed }) => isAllowed)).toEqual([true, false, false]);
      for (const { resetSeconds } of decisions) expect(resetSeconds).toBe(40);
      expect(Math.max(...(await view.lifetimes()))).toBeLessThanOrEqual(40_000);
    });

    it('is told of a full bucket by whom it would have let pass', async () => {
      const { view, limiter } = await setUp();
      const other = (await startLimiting({ url: server.url })).limiter;
      for (const _ of [1, 2]) await limiter.hit('g', [bucket('a', 2)]);
      await view.redis.flushdb();

      const decisions = [await limiter.hit('g', [bucket('a', 2)]), await other.hit('g', [bucket('a', 2)])];

      expect(decisions.map(({ isAllowed }) => isAllowed)).toEqual([false, false]);
    });
  });

  // Nothing lasts for 0 milliseconds in Redis: it refuses to store it.
  it('takes over a count that ends this very moment', async () => {
    const { redis } = await setUp();

    const answer = await redis.count({
      group: 'g',
      buckets: [bucket('a', 5)],
      known: [{ count: 2, endsInMs: 0 }],
    });

    expect(answer).toEqual({ isAllowed: true, counts: [{ count: 3, endsInMs: 1 }] });
  });

  it('is not waited for over a key that it cannot count, and the others are not concerned', async () => {
    const { limiter, view } = await setUp();
    await view.redis.set('gatehouse:{g}:a', 'garbage');

    const decisions = [];
    for (const key of ['a', 'b']) decisions.push(await limiter.hit('g', [bucket(key, 4)]));

    expect(decisions.map(({ limit }) => limit)).toEqual([2, 4]);
    expect(limiter.decisions()).toEqual({ redis: 1, local: 1 });
  });

  async function setUp() {
    const view: RedisView = await viewRedis(server.url);
    return { view, ...(await startLimiting({ url: server.url })) };
  }
});

/** Requests go to one limiter after the other, as behind a balancer. */
function inTurn(limiters: readonly RateLimiter[]): RateLimiter {
  let turn = 0;
  return {
    hit(group, buckets) {
      turn += 1;
      const limiter = limiters[turn % limiters.length];
      return limiter ? limiter.hit(group, buckets) : Promise.reject(new Error('There is no limiter'));
    },
  };
}
