import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../../adapters/memory/rate-limiter.ts';
import type { RateBucket } from '../../../core/protection/index.ts';
import { rateLimiterContract } from '../../contracts/rate-limiter.contract.ts';
import { fakeClock } from '../../fakes/clock.ts';

rateLimiterContract('in this process', async () => {
  const clock = fakeClock();
  const limiter = createRateLimiter({ clock });
  return {
    limiter,
    passTime: async (seconds) => clock.advance(seconds),
    kept: async () => limiter.size(),
  };
});

const GROUP = 'g';
const MINUTE = { windowSeconds: 60 };

function setUp(bucketsMax: number) {
  const clock = fakeClock();
  const limiter = createRateLimiter({ clock, bucketsMax });
  const hit = (key: string, limit = 2, windowSeconds = 60) =>
    limiter.hit(GROUP, [{ key, limit, windowSeconds }]);
  return { clock, limiter, hit };
}

/** As many buckets as there are numbers, each with one request. */
async function flood({ hit }: ReturnType<typeof setUp>, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number += 1) await hit(`flood ${number}`);
}

describe('a table that is full', () => {
  it('keeps every live count, however many new buckets come', async () => {
    const setting = setUp(10);
    for (const _ of [1, 2]) await setting.hit('victim');

    await flood(setting, 0, 1_000);

    expect((await setting.hit('victim')).isAllowed).toBe(false);
    expect(setting.limiter.size()).toBe(11);
  });

  it('counts new buckets of one limit and window together', async () => {
    const setting = setUp(10);
    await flood(setting, 0, 10);

    const decisions = [];
    for (const key of ['a', 'b', 'c']) decisions.push(await setting.hit(key));

    expect(decisions.map(({ isAllowed }) => isAllowed)).toEqual([true, true, false]);
    expect((await setting.hit('a', 3)).isAllowed).toBe(true);
    expect((await setting.hit('a', 2, 90)).isAllowed).toBe(true);
  });

  it('counts new buckets apart again when there is room, and whoever was counted together has had a window', async () => {
    const setting = setUp(10);
    await flood(setting, 0, 10);
    setting.clock.advance(59);
    for (const _ of [1, 2]) await setting.hit('a');

    setting.clock.advance(59);
    expect((await setting.hit('a')).isAllowed).toBe(false);
    setting.clock.advance(1);
    expect(await setting.hit('a')).toMatchObject({ isAllowed: true, remaining: 1 });
    expect(await setting.hit('b')).toMatchObject({ isAllowed: true, remaining: 1 });
  });

  // A count that ends while a request in it is younger than a window would forget that request.
  it('keeps what is counted together until a window after the last request', async () => {
    const setting = setUp(10);
    await flood(setting, 0, 10);
    await setting.hit('a');
    setting.clock.advance(50);
    await setting.hit('b');

    setting.clock.advance(59);
    expect(await setting.hit('b')).toMatchObject({ isAllowed: false, resetSeconds: 1 });
    setting.clock.advance(1);
    expect((await setting.hit('b')).isAllowed).toBe(true);
  });

  it('has no room for two where there is room for one', async () => {
    const { limiter } = setUp(3);

    for (const [one, other] of ['ab', 'cd', 'ef']) {
      const buckets = [one, other].map((key) => ({ key: `${key}`, limit: 9, ...MINUTE }));
      await limiter.hit(GROUP, buckets);
    }

    expect(limiter.observe(GROUP, [{ key: 'c', limit: 9, ...MINUTE }]).counts).toMatchObject([{ count: 1 }]);
    expect(limiter.observe(GROUP, [{ key: 'd', limit: 9, ...MINUTE }]).counts).toMatchObject([{ count: 0 }]);
  });

  it('takes no more memory for however many limits, and refuses what it cannot count', async () => {
    const { hit, limiter } = setUp(0);
    for (let limit = 1; limit <= 1_000; limit += 1) await hit('a', limit);

    const decision = await hit('a', 1_001);

    expect(decision).toEqual({ isAllowed: false, limit: 1_001, remaining: 0, resetSeconds: 60 });
    expect(limiter.size()).toBe(1_000);
  });

  it('has room again as soon as windows end, whatever their length and order', async () => {
    const { hit, limiter, clock } = setUp(100);
    for (let index = 0; index < 100; index += 1) await hit(`${index}`, 2, 1 + ((index * 37) % 100));

    clock.advance(50);
    expect(limiter.size()).toBeLessThanOrEqual(51);
    clock.advance(51);
    expect(limiter.size()).toBe(0);
  });

  // The promise that a flood must not break: sharing makes a limiter stricter, and never laxer.
  it('never lets more pass than a table without bounds', async () => {
    const request = fc.record({
      waitSeconds: fc.nat({ max: 40 }),
      keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 2 }),
    });
    const requests = fc.array(request, { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(requests, fc.nat({ max: 3 }), async (asked, bucketsMax) => {
        const { limiter, clock } = setUp(bucketsMax);
        const passed: { key: string; at: number }[] = [];
        for (const { waitSeconds, keys } of asked) {
          clock.advance(waitSeconds);
          const at = clock.now().getTime() / 1000;
          const buckets = keys.map((key) => ({ key, limit: 2, ...MINUTE }));
          const { isAllowed } = await limiter.hit(GROUP, buckets);
          if (isAllowed) passed.push(...keys.map((key) => ({ key, at })));
        }
        for (const key of ['a', 'b', 'c', 'd', 'e']) {
          const times = passed.filter((each) => each.key === key).map(({ at }) => at);
          expect(mostInOneWindow(times), key).toBeLessThanOrEqual(2);
        }
      }),
    );
  });
});

/** The most requests in any minute that begins with its first one and follows on the one before. */
function mostInOneWindow(times: readonly number[]): number {
  let [most, count, beganAt] = [0, 0, Number.NEGATIVE_INFINITY];
  for (const at of times) {
    [count, beganAt] = at >= beganAt + 60 ? [1, at] : [count + 1, beganAt];
    most = Math.max(most, count);
  }
  return most;
}

describe('what another authority says', () => {
  const buckets: readonly RateBucket[] = [
    { key: 'a', limit: 5, ...MINUTE },
    { key: 'b', limit: 5, ...MINUTE },
  ];
  const NOTHING = { count: 0, endsInMs: 0 };

  it('is remembered until the end that it told', async () => {
    const { limiter, clock } = setUp(10);

    limiter.observe(GROUP, buckets).learn([{ count: 4, endsInMs: 30_000 }, NOTHING]);

    expect(limiter.observe(GROUP, buckets).counts).toEqual([{ count: 4, endsInMs: 30_000 }, NOTHING]);
    expect(limiter.size()).toBe(1);
    clock.advance(29);
    expect(limiter.observe(GROUP, buckets).counts).toEqual([{ count: 4, endsInMs: 1_000 }, NOTHING]);
    clock.advance(1);
    expect(limiter.observe(GROUP, buckets).counts).toEqual([NOTHING, NOTHING]);
  });

  it('counts from the moment of the question, for the answer was on its way', () => {
    const { limiter, clock } = setUp(10);
    const observation = limiter.observe(GROUP, buckets);

    clock.advance(10);
    observation.learn([{ count: 1, endsInMs: 30_000 }, NOTHING]);

    expect(limiter.observe(GROUP, buckets).counts[0]).toEqual({ count: 1, endsInMs: 20_000 });
  });

  it('raises a count and never lowers it', async () => {
    const { limiter, hit } = setUp(10);
    for (const _ of [1, 2]) await hit('a', 5);

    limiter.observe(GROUP, buckets).learn([{ count: 1, endsInMs: 9_000 }, NOTHING]);
    expect(limiter.observe(GROUP, buckets).counts[0]).toEqual({ count: 2, endsInMs: 60_000 });
    limiter.observe(GROUP, buckets).learn([{ count: 4, endsInMs: 9_000 }, NOTHING]);

    expect(limiter.observe(GROUP, buckets).counts[0]).toEqual({ count: 4, endsInMs: 60_000 });
    expect((await hit('a', 5)).remaining).toBe(0);
  });

  it('drives no live count out of a full table', async () => {
    const setting = setUp(10);
    await flood(setting, 0, 10);

    setting.limiter.observe(GROUP, buckets).learn([{ count: 4, endsInMs: 30_000 }, NOTHING]);

    expect(setting.limiter.size()).toBe(10);
    expect(setting.limiter.observe(GROUP, buckets).counts).toEqual([NOTHING, NOTHING]);
  });

  it('changes nothing by being asked for', async () => {
    const { limiter, hit } = setUp(10);

    for (const _ of [1, 2, 3]) limiter.observe(GROUP, buckets);

    expect(limiter.size()).toBe(0);
    expect((await hit('a', 5)).remaining).toBe(4);
  });
});
