import { Unavailable } from '../../core/kernel/errors.ts';

export type BoundedPoolLimits = Readonly<{
  /** How many run at once. */
  concurrency: number;
  /** How many more may wait, of all keys together. */
  queueMax: number;
  /** How long one may wait for its turn, in milliseconds. */
  waitMaxMs: number;
}>;

/** How busy a pool is, and has been. */
export type PoolFigures = Readonly<{
  running: number;
  waiting: number;
  /** How many different keys wait. */
  keysWaiting: number;
  /** How many were turned away since the pool was made. */
  turnedAway: number;
}>;

/**
 * Runs work a few at a time, and turns away what would wait too long.
 *
 * Fair between keys: work of one key runs in order of arrival, and keys that
 * wait take turns. Where the queue is full, a newcomer takes the place of the
 * last to come of the key that waits most, if its own key waits less. So one
 * key that asks for more than can be done keeps only itself waiting.
 */
export type BoundedPool = Readonly<{
  /**
   * Runs `work` in its key's turn.
   *
   * @throws {Unavailable} there was no place in the queue, or the turn did not come in time: `work` was not begun
   */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** How many run or wait at this moment. */
  pending(): number;
  figures(): PoolFigures;
}>;

/** @throws {RangeError} limits under which nothing could ever run */
export function createBoundedPool({ concurrency, queueMax, waitMaxMs }: BoundedPoolLimits): BoundedPool {
  if (!(concurrency >= 1 && queueMax >= 0 && waitMaxMs >= 0)) {
    throw new RangeError('A pool needs a place to work in, and limits that are not negative');
  }
  const queue = createFairQueue();
  let running = 0;
  let turnedAway = 0;

  const turnAway = (waiter: Waiter): void => {
    queue.remove(waiter);
    turnedAway += 1;
    waiter.refuse();
  };

  const wait = (key: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const deadline = setTimeout(() => turnAway(waiter), waitMaxMs);
      const waiter: Waiter = {
        key,
        begin() {
          clearTimeout(deadline);
          resolve();
        },
        refuse() {
          clearTimeout(deadline);
          reject(new Unavailable());
        },
      };
      queue.add(waiter);
    });

  const enter = (key: string): Promise<void> => {
    if (running < concurrency) {
      running += 1;
      return Promise.resolve();
    }
    if (queue.size() < queueMax) return wait(key);
    const displaced = queue.lastOfLongest();
    if (displaced === null || queue.sizeOf(key) >= queue.sizeOf(displaced.key)) {
      turnedAway += 1;
      return Promise.reject(new Unavailable());
    }
    turnAway(displaced);
    return wait(key);
  };

  // The place is handed over, not freed: nobody who comes now may overtake the queue.
  const leave = (): void => {
    const next = queue.takeTurn();
    if (next) next.begin();
    else running -= 1;
  };

  return {
    async run(key, work) {
      await enter(key);
      try {
        return await work();
      } finally {
        leave();
      }
    },
    pending: () => running + queue.size(),
    figures: () => ({ running, waiting: queue.size(), keysWaiting: queue.keys(), turnedAway }),
  };
}

/** Somebody in the queue. Of `begin` and `refuse` one is called, once, after it has left. */
type Waiter = Readonly<{ key: string; begin(): void; refuse(): void }>;

/** First come, first served within a key; keys in turn. Knows no key of which nobody waits. */
function createFairQueue() {
  // The keys are in the order of their turns: one that comes, or has had its turn, is the last.
  const lines = new Map<string, readonly Waiter[]>();
  let size = 0;

  return {
    size: () => size,
    keys: () => lines.size,
    sizeOf: (key: string) => lines.get(key)?.length ?? 0,
    add(waiter: Waiter): void {
      lines.set(waiter.key, [...(lines.get(waiter.key) ?? []), waiter]);
      size += 1;
    },
    /** Takes out somebody who waits, out of turn. */
    remove(waiter: Waiter): void {
      const others = lines.get(waiter.key)?.filter((each) => each !== waiter) ?? [];
      if (others.length > 0) lines.set(waiter.key, others);
      else lines.delete(waiter.key);
      size -= 1;
    },
    /** Takes out the first of the key whose turn it is. `null`: nobody waits. */
    takeTurn(): Waiter | null {
      const [line = []] = lines.values();
      const [first, ...others] = line;
      if (!first) return null;
      lines.delete(first.key);
      if (others.length > 0) lines.set(first.key, others);
      size -= 1;
      return first;
    },
    /** The last to come of the key that waits most; of several such keys the one whose turn is last. */
    lastOfLongest(): Waiter | null {
      let longest: readonly Waiter[] = [];
      for (const line of lines.values()) if (line.length >= longest.length) longest = line;
      return longest.at(-1) ?? null;
    },
  };
}
