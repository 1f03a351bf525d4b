import { describe, expect, it } from 'vitest';
import { compare, isTelling, median } from './support/timing.ts';

// What these tests say is worth what the statistic is worth. Everything here is drawn from a fixed seed.

/** Uniform numbers, the same in every run (the generator `mulberry32`). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Durations of a busy machine: a fifth of jitter, and one in ten that waited for its turn. */
function durations(random: () => number, typicalMs: number, count = 50): readonly number[] {
  return Array.from({ length: count }, () => {
    const jittered = typicalMs * (1 + 0.2 * random());
    return random() < 0.1 ? jittered + 100 * random() : jittered;
  });
}

function verdicts(referenceMs: number, otherMs: number): readonly boolean[] {
  return Array.from({ length: 20 }, (_, seed) => {
    const random = generator(seed);
    return isTelling(compare(durations(random, referenceMs), durations(random, otherMs), random));
  });
}

describe('the statistic', () => {
  it('takes the middle of an odd and of an even number', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
  });

  it('never tells two series of one kind apart, whatever waits between them', () => {
    expect(verdicts(30, 30)).not.toContain(true);
  });

  it('always notices that a hash was left out, or made at another cost', () => {
    expect(verdicts(30, 5)).not.toContain(false);
    expect(verdicts(30, 20)).not.toContain(false);
    expect(verdicts(30, 45)).not.toContain(false);
  });

  it('passes over what is real and too small to be told over a network', () => {
    expect(verdicts(30, 31)).not.toContain(true);
  });
});
