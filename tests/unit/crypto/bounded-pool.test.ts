import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BoundedPool, createBoundedPool } from '../../../adapters/crypto/bounded-pool.ts';
import { Unavailable } from '../../../core/kernel/errors.ts';

type Job = Readonly<{
  name: string;
  done: Promise<string>;
  finish(): void;
  fail(): void;
  hasBegun(): boolean;
}>;

/** Hands a pool work that ends when the test says so. */
function job(pool: BoundedPool, name: string, key = 'key'): Job {
  let begun = false;
  const { promise, resolve, reject } = deferred();
  const done = pool.run(key, () => {
    begun = true;
    return promise;
  });
  done.catch(() => undefined);
  return {
    name,
    done,
    finish: () => resolve(name),
    fail: () => reject(new Error(name)),
    hasBegun: () => begun,
  };
}

function deferred(): { promise: Promise<string>; resolve(text: string): void; reject(error: Error): void } {
  let resolve: (text: string) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<string>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

/** Finishes jobs one by one as they begin, and tells in which order they began. */
async function orderOf(jobs: readonly Job[]): Promise<readonly string[]> {
  const order: string[] = [];
  for (let isOn = true; isOn; ) {
    await settled();
    const next = jobs.find((each) => each.hasBegun() && !order.includes(each.name));
    if (next) order.push(next.name);
    next?.finish();
    isOn = next !== undefined;
  }
  return order;
}

describe('createBoundedPool', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs as many at once as it may, and the others in order of arrival', async () => {
    const pool = createBoundedPool({ concurrency: 2, queueMax: 10, waitMaxMs: 800 });
    const jobs = ['a', 'b', 'c', 'd'].map((name) => job(pool, name));
    const begun = () => jobs.filter((each) => each.hasBegun()).map(({ name }) => name);
    await settled();
    expect(begun()).toEqual(['a', 'b']);
    expect(pool.pending()).toBe(4);

    jobs[1]?.finish();
    await settled();
    expect(begun()).toEqual(['a', 'b', 'c']);

    jobs[2]?.finish();
    await settled();
    expect(begun()).toEqual(['a', 'b', 'c', 'd']);

    jobs[0]?.finish();
    jobs[3]?.finish();
    expect(await Promise.all(jobs.map(({ done }) => done))).toEqual(['a', 'b', 'c', 'd']);
    expect(pool.pending()).toBe(0);
  });

  it('turns away at once what finds the queue full', async () => {
    const pool = createBoundedPool({ concurrency: 1, queueMax: 1, waitMaxMs: 800 });
    const jobs = ['runs', 'waits'].map((name) => job(pool, name));

    const refused = job(pool, 'refused');

    await expect(refused.done).rejects.toBeInstanceOf(Unavailable);
    await expect(refused.done).rejects.toMatchObject({ retryAfterSeconds: 1 });
    expect(pool.pending()).toBe(2);
    for (const each of jobs) each.finish();
    expect(await Promise.all(jobs.map(({ done }) => done))).toEqual(['runs', 'waits']);
    expect(refused.hasBegun()).toBe(false);
  });

  it('gives the keys that wait their turns, and keeps the order of arrival within a key', async () => {
    const pool = createBoundedPool({ concurrency: 1, queueMax: 10, waitMaxMs: 800 });
    const arrivals = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'];
    const jobs = arrivals.map((name) => job(pool, name, name.charAt(0)));
    expect(pool.figures()).toEqual({ running: 1, waiting: 6, keysWaiting: 3, turnedAway: 0 });

    const order = await orderOf(jobs);

    expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
    expect(pool.figures()).toEqual({ running: 0, waiting: 0, keysWaiting: 0, turnedAway: 0 });
  });

  it('gives a key that comes while others wait its turn after theirs, and no better one for coming again', async () => {
    const pool = createBoundedPool({ concurrency: 1, queueMax: 10, waitMaxMs: 800 });
    const jobs = ['a1', 'a2', 'b1', 'b2'].map((name) => job(pool, name, name.charAt(0)));
    jobs[0]?.finish();
    await settled();

    const late = ['a3', 'c1'].map((name) => job(pool, name, name.charAt(0)));
    jobs[1]?.finish();
    await settled();

    const order = await orderOf([...jobs.slice(2), ...late]);
    expect(order).toEqual(['b1', 'a3', 'c1', 'b2']);
  });

  it('lets a newcomer take the place of the last to come of the key that waits most', async () => {
    const pool = createBoundedPool({ concurrency: 1, queueMax: 4, waitMaxMs: 800 });
    const storm = ['a1', 'a2', 'a3', 'a4', 'b1'].map((name) => job(pool, name, name.charAt(0)));

    const newcomer = job(pool, 'c1', 'c');

    await expect(storm[3]?.done).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
    expect(pool.figures()).toEqual({ running: 1, waiting: 4, keysWaiting: 3, turnedAway: 1 });
    expect(await orderOf([...storm, newcomer])).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('turns a newcomer away whose own key waits as much as any', async () => {
    const pool = createBoundedPool({ concurrency: 1, queueMax: 4, waitMaxMs: 800 });
    const jobs = ['a1', 'a2', 'a3', 'b1', 'b2'].map((name) => job(pool, name, name.charAt(0)));

    const refused = [job(pool, 'a4', 'a'), job(pool, 'b3', 'b')];

    for (const each of refused) await expect(each.done).rejects.toBeInstanceOf(Unavailable);
    expect(pool.figures()).toMatchObject({ waiting: 4, turnedAway: 2 });
    expect(await orderOf(jobs)).toEqual(['a1', 'a2', 'b1', 'a3', 'b2']);
  });

  it('takes, of several keys that wait most, from the one whose turn is last', async () => {
    const pool = createBoundedPool({ concurrency: 1, queueMax: 4, waitMaxMs: 800 });
    const jobs = ['x1', 'a1', 'a2', 'b1', 'b2'].map((name) => job(pool, name, name.charAt(0)));

    const newcomer = job(pool, 'c1', 'c');

    await expect(jobs[4]?.done).rejects.toBeInstanceOf(Unavailable);
    expect(await orderOf([...jobs, newcomer])).toEqual(['x1', 'a1', 'b1', 'c1', 'a2']);
  });

  it('turns away what has waited too long, and never begins it', async () => {
    const pool = createBoundedPool({ concurrency: 1, queueMax: 10, waitMaxMs: 800 });
    const running = job(pool, 'runs');
    const late = job(pool, 'late');
    await vi.advanceTimersByTimeAsync(799);
    expect(pool.pending()).toBe(2);

    await vi.advanceTimersByTimeAsync(1);
    await expect(late.done).rejects.toBeInstanceOf(Unavailable);
    expect(pool.pending()).toBe(1);

    running.finish();
    await settled();
    expect(late.hasBegun()).toBe(false);
    expect(pool.figures()).toEqual({ running: 0, waiting: 0, keysWaiting: 0, turnedAway: 1 });
  });

  it('lets nobody run into the deadline who has begun', async () => {
    const pool = createBoundedPool({ concurrency: 1, queueMax: 10, waitMaxMs: 800 });
    const first = job(pool, 'first');
    const second = job(pool, 'second');
    first.finish();
    await settled();
    expect(vi.getTimerCount()).toBe(0);

    await vi.advanceTimersByTimeAsync(10_000);
    second.finish();

    expect(await second.done).toBe('second');
  });

  it('gives the place of failed work to the next', async () => {
    const pool = createBoundedPool({ concurrency: 1, queueMax: 10, waitMaxMs: 800 });
    const failing = job(pool, 'failing');
    const next = job(pool, 'next');

    failing.fail();
    next.finish();

    await expect(failing.done).rejects.toThrow('failing');
    expect(await next.done).toBe('next');
    expect(pool.pending()).toBe(0);
  });

  it('lets nobody who comes later overtake the queue', async () => {
    const pool = createBoundedPool({ concurrency: 1, queueMax: 10, waitMaxMs: 800 });
    const first = job(pool, 'first');
    const waiting = job(pool, 'waiting');
    await settled();

    first.finish();
    const late = first.done.then(() => job(pool, 'late'));
    await settled();

    expect(waiting.hasBegun()).toBe(true);
    expect((await late).hasBegun()).toBe(false);
  });

  it.each([
    { concurrency: 0, queueMax: 1, waitMaxMs: 1 },
    { concurrency: 1, queueMax: -1, waitMaxMs: 1 },
    { concurrency: Number.NaN, queueMax: 1, waitMaxMs: 1 },
  ])('refuses limits under which nothing could run: %j', (limits) => {
    expect(() => createBoundedPool(limits)).toThrow(RangeError);
  });
});
