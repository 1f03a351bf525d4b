import { createHash } from 'node:crypto';
import type { Clock } from '../../core/kernel/ports.ts';
import {
  decideRate,
  type RateBucket,
  type RateCount,
  type RateLimiter,
} from '../../core/protection/index.ts';

/** How many counts one process keeps apart. */
export const BUCKETS_MAX = 100_000;

/** How many counters strangers may share beyond that: one for each limit and window in use. */
const SHARED_MAX = 1_000;

/** A longer name of a bucket is kept as its digest, so that no caller decides how much memory a counter takes. */
const NAME_LENGTH_MAX = 200;

export type LocalRateLimiterOptions = Readonly<{
  /** One that no operator sets: where it is put back, windows take longer to end. */
  clock: Clock;
  /** How many buckets are counted apart at any time. Default is 100,000 (some 30 MB). */
  bucketsMax?: number;
}>;

/** A limiter of this process alone, and what it knows for one that asks elsewhere first. */
export type LocalRateLimiter = RateLimiter &
  Readonly<{
    /** Looks buckets up without counting anything. */
    observe(group: string, buckets: readonly RateBucket[]): Observation;
    /** How many counters are kept. */
    size(): number;
  }>;

/** What is known of some buckets at one moment. */
export type Observation = Readonly<{
  /** As the buckets are ordered; a count of 0 where nothing is known. */
  counts: readonly RateCount[];
  /** Takes over what another authority counted since: a count is raised by it and never lowered. */
  learn(counts: readonly RateCount[]): void;
}>;

/**
 * Counts in this process.
 *
 * Memory is bounded. A flood of new buckets drives no live count out: while
 * there is no room, new buckets of one limit and window share one count, which
 * lasts until a whole window after the last request in it. So each of them may
 * be refused early, and none gets more than its limit.
 */
export function createRateLimiter({
  clock,
  bucketsMax = BUCKETS_MAX,
}: LocalRateLimiterOptions): LocalRateLimiter {
  const counters = createCounters();

  /** The counter of a bucket; `taken` others may yet be added for the same request. */
  const counterOf = (group: string, bucket: RateBucket, now: number, taken: number): Counter => {
    const name = nameOf(group, bucket.key);
    const own = counters.find(name, now);
    if (own) return own;
    const sharedName = `shared/${bucket.limit}/${bucket.windowSeconds}`;
    const shared = counters.find(sharedName, now);
    // As long as it lasts: whoever was counted there would start anew with a count of its own.
    if (shared) return shared;
    const used = counters.size() + taken;
    if (used < bucketsMax) return newCounter(name, bucket, now);
    if (used < bucketsMax + SHARED_MAX) return { ...newCounter(sharedName, bucket, now), isShared: true };
    return { ...newCounter(sharedName, bucket, now), count: Number.POSITIVE_INFINITY };
  };

  const learn = (name: string, { count, endsInMs }: RateCount, now: number): void => {
    const counter = counters.find(name, now);
    if (counter) counter.count = Math.max(counter.count, count);
    else if (count > 0 && counters.size() < bucketsMax)
      counters.add({ name, count, endsAt: now + endsInMs, isShared: false });
  };

  const sweptNow = (): number => {
    const now = clock.now().getTime();
    counters.sweep(now);
    return now;
  };

  return {
    async hit(group, buckets) {
      const now = sweptNow();
      const places = buckets.map((bucket, index) => [bucket, counterOf(group, bucket, now, index)] as const);
      const isAllowed = places.every(([{ limit }, { count }]) => count < limit);
      if (isAllowed) for (const [bucket, counter] of places) counters.raise(counter, endOf(bucket, now));
      return decideRate(
        isAllowed,
        places.map(([bucket, counter]) => [bucket, standingOf(counter, now)]),
      );
    },

    observe(group, buckets) {
      const now = sweptNow();
      const names = buckets.map(({ key }) => nameOf(group, key));
      return {
        counts: names.map((name) => standingOf(counters.find(name, now), now)),
        learn(counts) {
          for (const [index, name] of names.entries()) {
            const count = counts[index];
            if (count) learn(name, count, now);
          }
        },
      };
    },

    size() {
      sweptNow();
      return counters.size();
    },
  };
}

type Counter = {
  readonly name: string;
  /** 0: not kept yet. */
  count: number;
  /** Milliseconds of the clock. */
  endsAt: number;
  /** Whether it stands for many buckets, so that it ends a window after its last request and not its first. */
  readonly isShared: boolean;
};

/** Counters by name; what has ended is found by the second of its end and not by a search. */
function createCounters() {
  const byName = new Map<string, Counter>();
  const bySecond = new Map<number, Counter[]>();
  let sweptTo = Number.NEGATIVE_INFINITY;

  const file = (counter: Counter): void => {
    const second = Math.max(Math.floor(counter.endsAt / 1000), sweptTo);
    const ending = bySecond.get(second);
    if (ending) ending.push(counter);
    else bySecond.set(second, [counter]);
  };

  const add = (counter: Counter): void => {
    byName.set(counter.name, counter);
    file(counter);
  };

  const settle = (counter: Counter, now: number): void => {
    if (now < counter.endsAt) file(counter);
    else if (byName.get(counter.name) === counter) byName.delete(counter.name);
  };

  return {
    add,

    find(name: string, now: number): Counter | null {
      const counter = byName.get(name);
      return counter && now < counter.endsAt ? counter : null;
    },

    raise(counter: Counter, endsAt: number): void {
      if (counter.count === 0) add(counter);
      counter.count += 1;
      if (counter.isShared) counter.endsAt = endsAt;
    },

    /** Drops what ended in a second that is over. Each counter is looked at once, each second passed once. */
    sweep(now: number): void {
      const current = Math.floor(now / 1000);
      for (; sweptTo < current && bySecond.size > 0; sweptTo += 1) {
        const ended = bySecond.get(sweptTo) ?? [];
        bySecond.delete(sweptTo);
        for (const counter of ended) settle(counter, now);
      }
      sweptTo = Math.max(sweptTo, current);
    },

    size: () => byName.size,
  };
}

function newCounter(name: string, bucket: RateBucket, now: number): Counter {
  return { name, count: 0, endsAt: endOf(bucket, now), isShared: false };
}

function endOf({ windowSeconds }: RateBucket, now: number): number {
  return now + windowSeconds * 1000;
}

function standingOf(counter: Counter | null, now: number): RateCount {
  return counter ? { count: counter.count, endsInMs: counter.endsAt - now } : { count: 0, endsInMs: 0 };
}

/** No two pairs have one name, nor that of a shared counter: the length tells where the group ends. */
function nameOf(group: string, key: string): string {
  const name = `${group.length}/${group}${key}`;
  if (name.length <= NAME_LENGTH_MAX) return name;
  return `#${createHash('sha256').update(name, 'utf16le').digest('base64')}`;
}
