import { Unavailable } from '../../core/kernel/errors.ts';

export type BoundedPoolLimits = Readonly<{
  /** How many run at once. */
  concurrency: number;
  /** How many more may wait. */
  queueMax: number;
  /** How long one may wait for its turn, in milliseconds. */
  waitMaxMs: number;
}>;

/** Runs work a few at a time, in order of arrival, and turns away what would wait too long. */
export type BoundedPool = Readonly<{
  /**
   * Runs `work` in its turn.
   *
   * @throws {Unavailable} the queue is full, or the turn did not come in time: `work` was not begun
   */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** How many run or wait at this moment. */
  pending(): number;
}>;

/** @throws {RangeError} limits under which nothing could ever run */
export function createBoundedPool({ concurrency, queueMax, waitMaxMs }: BoundedPoolLimits): BoundedPool {
  if (!(concurrency >= 1 && queueMax >= 0 && waitMaxMs >= 0)) {
    throw new RangeError('A pool needs a place to work in, and limits that are not negative');
  }
  let running = 0;
  const waiting = new Set<() => void>();

  const enter = (): Promise<void> => {
    if (running < concurrency) {
      running += 1;
      return Promise.resolve();
    }
    if (waiting.size >= queueMax) return Promise.reject(new Unavailable());
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(deadline);
        resolve();
      };
      const deadline = setTimeout(() => {
        waiting.delete(begin);
        reject(new Unavailable());
      }, waitMaxMs);
      waiting.add(begin);
    });
  };

  // The place is handed over, not freed: nobody who comes now may overtake the queue.
  const leave = (): void => {
    const [first] = waiting;
    if (!first) {
      running -= 1;
      return;
    }
    waiting.delete(first);
    first();
  };

  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
    pending: () => running + waiting.size,
  };
}
