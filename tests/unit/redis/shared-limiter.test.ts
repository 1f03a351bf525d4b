import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRateLimiter } from '../../../adapters/memory/rate-limiter.ts';
import type { CountAnswer, CountRequest } from '../../../adapters/redis/count-script.ts';
import { createOutage } from '../../../adapters/redis/outage.ts';
import { createSharedLimiter } from '../../../adapters/redis/shared-limiter.ts';
import { fakeClock } from '../../fakes/clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const AWAY = new Error('away');

/** A shared limiter over a Redis that answers what the test says. */
function setUp() {
  const clock = fakeClock();
  const fallback = createRateLimiter({ clock });
  const told: string[] = [];
  const asked: CountRequest[] = [];
  const world: { answer(request: CountRequest): Promise<CountAnswer> } = {
    answer: () => Promise.reject(AWAY),
  };
  const redis = {
    count(request: CountRequest) {
      asked.push(request);
      return world.answer(request);
    },
    outage: createOutage({
      onTrouble: (reason) => told.push(reason),
      onRecovery: () => told.push('recovered'),
    }),
    closed: new AbortController().signal,
  };
  const limiter = createSharedLimiter({ redis, fallback });
  const hit = (limit: number, key = 'a') => limiter.hit('g', [{ key, limit, windowSeconds: 60 }]);
  return { limiter, hit, world, asked, told, clock };
}

/** How many of ten requests in a row pass. */
async function passing({ hit }: ReturnType<typeof setUp>, limit: number, key?: string): Promise<number> {
  let passed = 0;
  for (let index = 0; index < 10; index += 1) if ((await hit(limit, key)).isAllowed) passed += 1;
  return passed;
}

const said = (count: number, isAllowed = true) =>
  Promise.resolve({ isAllowed, counts: [{ count, endsInMs: 30_000 }] });

describe('while Redis answers', () => {
  it('tells what Redis decided', async () => {
    const { hit, world, limiter } = setUp();
    world.answer = () => said(3);
    expect(await hit(5)).toEqual({ isAllowed: true, limit: 5, remaining: 2, resetSeconds: 30 });

    world.answer = () => said(5, false);
    expect(await hit(5)).toEqual({ isAllowed: false, limit: 5, remaining: 0, resetSeconds: 30 });

    expect([limiter.mode(), limiter.decisions()]).toEqual(['redis', { redis: 2, local: 0 }]);
  });

  it('tells Redis what it said before, should it have forgotten', async () => {
    const { hit, world, asked, clock } = setUp();
    world.answer = () => said(3);
    await hit(5);
    clock.advance(10);
    await hit(5);

    expect(asked.map(({ known }) => known)).toEqual([
      [{ count: 0, endsInMs: 0 }],
      [{ count: 3, endsInMs: 20_000 }],
    ]);
  });
});

describe('while Redis is away', () => {
  it.each([
    [10, 5],
    [5, 2],
    [3, 1],
    [2, 1],
    [1, 1],
    [0, 0],
  ])('lets half of a limit of %i pass, and nobody unlimited', async (limit, half) => {
    expect(await passing(setUp(), limit)).toBe(half);
  });

  it('goes on from what Redis said last', async () => {
    const setting = setUp();
    setting.world.answer = () => said(1);
    await setting.hit(6);

    setting.world.answer = () => Promise.reject(AWAY);

    expect(await passing(setting, 6)).toBe(2);
    expect(await passing(setting, 6, 'another')).toBe(3);
  });

  it('refuses at once where Redis had counted more than half', async () => {
    const { hit, world } = setUp();
    world.answer = () => said(3);
    await hit(5);

    world.answer = () => Promise.reject(AWAY);

    expect(await hit(5)).toEqual({ isAllowed: false, limit: 2, remaining: 0, resetSeconds: 30 });
  });

  it('asks no more after three failures, but for one probe a second', async () => {
    const setting = setUp();
    await passing(setting, 5);
    expect(setting.asked).toHaveLength(3);

    await vi.advanceTimersByTimeAsync(2_000);
    await passing(setting, 5);

    expect(setting.asked).toHaveLength(5);
    expect(setting.limiter.mode()).toBe('local');
    expect(setting.limiter.decisions()).toEqual({ redis: 0, local: 20 });
  });

  it('returns to Redis with the first probe that succeeds, and tells it what was counted meanwhile', async () => {
    const setting = setUp();
    await passing(setting, 5);

    setting.world.answer = () => said(3);
    await vi.advanceTimersByTimeAsync(1_000);
    const { isAllowed, limit } = await setting.hit(5);

    expect([isAllowed, limit, setting.limiter.mode()]).toEqual([true, 5, 'redis']);
    expect(setting.asked.at(-1)?.known).toEqual([{ count: 2, endsInMs: 60_000 }]);
    expect(setting.told).toEqual(['UNREACHABLE', 'recovered']);
  });

  // A Redis out of memory, or a replica, answers reads and PINGs as if nothing were wrong.
  it('probes with a decision that writes', async () => {
    const setting = setUp();
    await passing(setting, 5);

    await vi.advanceTimersByTimeAsync(1_000);

    expect(setting.asked.at(-1)).toMatchObject({ buckets: [{ limit: Number.MAX_SAFE_INTEGER }] });
  });

  it('never throws, whatever the driver does', async () => {
    const { hit, world } = setUp();
    world.answer = () => {
      throw new TypeError('no');
    };

    expect((await hit(5)).isAllowed).toBe(true);
  });
});
