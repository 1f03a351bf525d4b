import type { Clock } from '../../core/kernel/ports.ts';

export type FakeClock = Clock & { advance(seconds: number): void };

/** Stands still until a test moves it. */
export function fakeClock(start = new Date('2026-01-01T00:00:00Z')): FakeClock {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    advance: (seconds) => {
      now += seconds * 1000;
    },
  };
}
