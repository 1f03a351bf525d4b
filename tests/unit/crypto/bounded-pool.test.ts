import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBoundedPool } from '../../../adapters/crypto/bounded-pool.ts';
import { Unavailable } from '../../../core/kernel/errors.ts';

type Job = Readonly<{
  name: string;
  done: Promise<string>;
  finish(): void;
  fail(): void;
  hasBegun(): boolean;
}>;

/** Hands a pool work that ends when the test says so. */
function job(pool: ReturnType<typeof createBoundedPool>, name: string): Job {
  let begun = false;
  const { promise, resolve, reject } = deferred();
  const done = pool.run(() => {
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
    expect(pool.pending()).toBe(0);
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
