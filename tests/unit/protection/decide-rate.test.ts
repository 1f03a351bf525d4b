import { expect, it } from 'vitest';
import { decideRate, type RateBucket, type RateCount } from '../../../core/protection/index.ts';

function standing(limit: number, count: number, endsInMs: number): [RateBucket, RateCount] {
  return [
    { key: 'a', limit, windowSeconds: 60 },
    { count, endsInMs },
  ];
}

it('tells the bucket with the least left, whatever the limits', () => {
  const decision = decideRate(true, [
    standing(1_200, 3, 9_000),
    standing(5, 1, 9_000),
    standing(50, 48, 1_000),
  ]);

  expect(decision).toEqual({ isAllowed: true, limit: 50, remaining: 2, resetSeconds: 1 });
});

it('tells the one that takes the longest of those with the same left', () => {
  const decision = decideRate(false, [standing(5, 5, 9_000), standing(5, 7, 30_000), standing(9, 9, 9_000)]);

  expect(decision).toEqual({ isAllowed: false, limit: 5, remaining: 0, resetSeconds: 30 });
});

it.each([
  [0, 1],
  [1, 1],
  [1_000, 1],
  [1_001, 2],
  [59_999, 60],
])('tells %i milliseconds as %i seconds, so that nobody comes too early', (endsInMs, resetSeconds) => {
  expect(decideRate(true, [standing(5, 1, endsInMs)]).resetSeconds).toBe(resetSeconds);
});

it('refuses to judge a request that is counted nowhere', () => {
  expect(() => decideRate(true, [])).toThrow(RangeError);
});
