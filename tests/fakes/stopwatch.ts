import type { Stopwatch } from '../../core/revocation/index.ts';

export type FakeStopwatch = Stopwatch & { advance(ms: number): void };

/** Stands still until a test moves it. */
export function fakeStopwatch(): FakeStopwatch {
  let elapsed = 5_000;
  return {
    elapsedMs: () => elapsed,
    advance: (ms) => {
      elapsed += ms;
    },
  };
}
