import { describe, expect, it } from 'vitest';
import {
  median,
  medians,
  orderOf,
  quieterRounds,
  type RoundFigures,
} from '../../../bench/report/statistics.ts';

describe('the median', () => {
  it('is the middle value, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('is the mean of the middle two of an even number', () => {
    expect(median([4, 1, 100, 2])).toBe(3);
  });

  it('of nothing is no number', () => {
    expect(median([])).toBeNaN();
  });
});

describe('the quieter rounds', () => {
  it('are the better half, in their order', () => {
    const rounds = [
      [90, 190],
      [10, 20],
      [100, 200],
      [50, 100],
    ];
    expect(quieterRounds(rounds)).toEqual([0, 2]);
  });

  it('are chosen as a whole: a round that was good for one contender alone is not quiet', () => {
    const rounds = [
      [100, 10],
      [80, 180],
      [90, 190],
    ];
    expect(quieterRounds(rounds)).toEqual([1, 2]);
  });

  it('count each contender alike, however fast it is', () => {
    // The first round costs the slow contender half of its speed, the others cost the fast one a tenth.
    const rounds = [
      [50_000, 10],
      [45_000, 20],
      [45_000, 20],
    ];
    expect(quieterRounds(rounds)).toEqual([1, 2]);
  });

  it('are all where there are one or two', () => {
    expect([quieterRounds([[1]]), quieterRounds([[1], [100]]), quieterRounds([])]).toEqual([[0], [0, 1], []]);
  });

  it('never hold a round in which somebody did nothing, while there are others', () => {
    const rounds = [
      [100, 0],
      [60, 60],
      [70, 70],
    ];
    expect(quieterRounds(rounds)).toEqual([1, 2]);
  });
});

describe('a contender that never did anything', () => {
  it('does not decide which rounds count', () => {
    const rounds = [
      [10, 0],
      [90, 0],
      [100, 0],
    ];
    expect(quieterRounds(rounds)).toEqual([1, 2]);
  });
});

describe('medians', () => {
  it('are taken of the rounds that count, and of no other', () => {
    const figures = [10, 1000, 30].map(figuresWith);
    expect(medians(figures, [0, 2])).toEqual(figuresWith(20));
  });
});

describe('the order of contenders', () => {
  it('turns round after each round', () => {
    expect([0, 1, 2].map((round) => orderOf(3, round))).toEqual([
      [0, 1, 2],
      [2, 1, 0],
      [0, 1, 2],
    ]);
  });
});

function figuresWith(value: number): RoundFigures {
  return {
    ...{ perSecond: value, cpuMicros: value, p50Ms: value, p99Ms: value },
    ...{ rssMb: value, serverBusy: value, loadBusy: value },
  };
}
