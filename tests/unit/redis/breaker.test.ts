import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createBreaker } from '../../../adapters/redis/breaker.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const told: unknown[] = [];
  const closing = new AbortController();
  const world = { isAway: true, probes: 0 };
  const breaker = createBreaker({
    async probe() {
      world.probes += 1;
      if (world.isAway) throw new Error('still away');
    },
    onOpen: (error) => told.push(error),
    onClose: () => told.push('closed'),
    signal: closing.signal,
  });
  const fail = (error: unknown = new Error('away')) =>
    breaker.run(() => Promise.reject(error)).catch((reason: unknown) => reason);
  const succeed = () => breaker.run(() => Promise.resolve('answer'));
  return { breaker, world, told, closing, fail, succeed };
}

it('hands on answers and failures as they are', async () => {
  const { fail, succeed } = setUp();
  const failure = new Error('away');

  expect(await succeed()).toBe('answer');
  expect(await fail(failure)).toBe(failure);
});

it('opens after three failures in a row, and tells the last one once', async () => {
  const { breaker, told, fail } = setUp();
  const last = new Error('the third');

  await fail();
  await fail();
  expect(breaker.isOpen()).toBe(false);
  await fail(last);
  await fail();

  expect(breaker.isOpen()).toBe(true);
  expect(told).toEqual([last]);
});

it('stays closed where successes come between the failures', async () => {
  const { breaker, fail, succeed } = setUp();

  for (const _ of [1, 2, 3]) {
    await fail();
    await fail();
    await succeed();
  }

  expect(breaker.isOpen()).toBe(false);
});

it('probes once a second while it is open, one probe at a time, and closes with the first that succeeds', async () => {
  const { breaker, world, told, fail } = setUp();
  for (const _ of [1, 2, 3, 4, 5]) await fail();

  await vi.advanceTimersByTimeAsync(999);
  expect(world.probes).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(world.probes).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(world.probes).toBe(3);
  expect(breaker.isOpen()).toBe(true);
  world.isAway = false;
  await vi.advanceTimersByTimeAsync(1_000);

  expect(breaker.isOpen()).toBe(false);
  expect(told).toEqual([expect.any(Error), 'closed']);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(world.probes).toBe(4);
});

it('needs three failures again after it closed', async () => {
  const { breaker, world, fail } = setUp();
  for (const _ of [1, 2, 3]) await fail();
  world.isAway = false;
  await vi.advanceTimersByTimeAsync(1_000);

  await fail();
  await fail();
  expect(breaker.isOpen()).toBe(false);
  await fail();
  expect(breaker.isOpen()).toBe(true);
});

it('is not closed by a call that began before it opened', async () => {
  const { breaker, fail } = setUp();
  let answer: (text: string) => void = () => undefined;
  const slow = breaker.run(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  for (const _ of [1, 2, 3]) await fail();

  answer('late');
  await slow;

  expect(breaker.isOpen()).toBe(true);
});

it('stops probing for good when it is told to', async () => {
  const { closing, world, fail } = setUp();
  for (const _ of [1, 2, 3]) await fail();
  await vi.advanceTimersByTimeAsync(1_500);

  closing.abort();
  await vi.advanceTimersByTimeAsync(10_000);

  expect(world.probes).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

it('begins no probing after it was told to stop', async () => {
  const { breaker, closing, fail } = setUp();

  closing.abort();
  for (const _ of [1, 2, 3]) await fail();

  expect(breaker.isOpen()).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
