import { describe, expect, it } from 'vitest';
import { isGivenUp, retryDelaySeconds } from '../../../core/notifications/limits.ts';

const HOUR = 3600;
const ALMOST_ONE = 1 - Number.EPSILON;

describe('the wait after a failure', () => {
  it.each([
    [1, 5],
    [2, 10],
    [3, 20],
    [11, 5 * 1024],
    [12, 2 * HOUR],
    [13, 2 * HOUR],
    [1000, 2 * HOUR],
  ])('after attempt %i is anything from a second up to %i seconds', (attempts, span) => {
    expect(retryDelaySeconds(attempts, 0)).toBe(1);
    expect(retryDelaySeconds(attempts, 0.5)).toBeCloseTo((1 + span) / 2);
    expect(retryDelaySeconds(attempts, ALMOST_ONE)).toBeCloseTo(span);
    expect(retryDelaySeconds(attempts, ALMOST_ONE)).toBeLessThanOrEqual(span);
  });
});

describe('a mail', () => {
  it.each([
    [14, 10 * 24 * HOUR, false],
    [15, 24 * HOUR, true],
    [15, 24 * HOUR - 1, false],
    [500, HOUR, false],
    [500, 24 * HOUR, true],
  ])('that was tried %i times and is %i seconds old: given up is %s', (attempts, ageSeconds, expected) => {
    expect(isGivenUp(attempts, ageSeconds)).toBe(expected);
  });

  it('is tried for a day at least, however the waits are drawn', () => {
    for (const random of [0, 0.25, 0.5, 0.75, ALMOST_ONE]) {
      let [attempts, ageSeconds] = [1, 0];
      while (!isGivenUp(attempts, ageSeconds)) {
        ageSeconds += retryDelaySeconds(attempts, random);
        attempts += 1;
      }
      expect(ageSeconds).toBeGreaterThanOrEqual(24 * HOUR);
      expect(ageSeconds).toBeLessThan(26 * HOUR);
    }
  });
});
