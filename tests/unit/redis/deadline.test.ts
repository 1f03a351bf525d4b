import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { DeadlinePassed, within } from '../../../adapters/redis/deadline.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('ends waiting at the deadline, and not before', async () => {
  let outcome: unknown;
  within(150, new Promise(() => undefined)).catch((error: unknown) => {
    outcome = error;
  });

  await vi.advanceTimersByTimeAsync(149);
  expect(outcome).toBeUndefined();
  await vi.advanceTimersByTimeAsync(2);
  expect(outcome).toBeInstanceOf(DeadlinePassed);
});

it('hands on what comes in time, and leaves no timer behind', async () => {
  const failure = new Error('no');

  expect(await within(150, Promise.resolve('answer'))).toBe('answer');
  await expect(within(150, Promise.reject(failure))).rejects.toBe(failure);

  expect(vi.getTimerCount()).toBe(0);
});

it('minds no failure that comes too late', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  let fail: (error: Error) => void = () => undefined;
  const late = within(
    150,
    new Promise((_, reject) => {
      fail = reject;
    }),
  ).catch(() => 'late');
  await vi.advanceTimersByTimeAsync(150);

  fail(new Error('no'));

  expect(await late).toBe('late');
  vi.useRealTimers();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

// A collection of garbage, or a busy machine: the timer is due, and so is the answer.
it('takes an answer that came in time but could not be read, for this process stood still', async () => {
  vi.useRealTimers();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('There is no port');
  const near = connect(address.port, '127.0.0.1');
  const [far] = await once(server, 'connection');
  onTestFinished(() => {
    near.destroy();
    far.destroy();
    server.close();
  });

  const answer = within(10, once(near, 'data'));
  far.write('answer');
  const until = performance.now() + 50;
  while (performance.now() < until);

  expect(String(await answer)).toBe('answer');
});
