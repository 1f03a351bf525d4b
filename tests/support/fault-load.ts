import { expect } from 'vitest';
import { isServed, isUnavailable } from './fault-answers.ts';
import type { Load } from './load.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };
/** How many refusals make an outage. */
const MANY = 30;

/** Waits until requests of users are granted anew, one on each of these routes. */
export async function untilServed(
  load: Load,
  routes: readonly string[] = ['/auth/me', '/auth/refresh', '/auth/login', '/auth/register'],
): Promise<void> {
  const since = performance.now();
  const served = () =>
    new Set(
      load
        .answers(since)
        .filter(isServed)
        .map(({ path }) => path),
    );
  await expect.poll(() => routes.filter((route) => !served().has(route)), PATIENCE).toEqual([]);
}

/** Waits until many requests were turned away because of a backend, and some of them that much later than now. */
export async function untilRefused(load: Load, laterMs = 0): Promise<void> {
  const since = performance.now();
  const refused = () => load.answers(since).filter(isUnavailable);
  await expect
    .poll(() => refused().length > MANY && refused().some(({ sentAt }) => sentAt > since + laterMs), PATIENCE)
    .toBe(true);
}
