import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type BoundedPoolLimits, createBoundedPool } from '../../../adapters/crypto/bounded-pool.ts';
import { Unavailable } from '../../../core/kernel/errors.ts';

/** Where a job stands. */
type Place = 'waits' | 'runs' | 'done' | 'failed' | 'turned away';

type Action =
  | Readonly<{ kind: 'arrive'; key: string }>
  /** The end of one of the jobs that run, if any does. */
  | Readonly<{ kind: 'end'; which: number; isGood: boolean }>
  | Readonly<{ kind: 'pass'; ms: number }>;

const KEYS = ['a', 'b', 'c', 'd'];
const WAIT_MAX_MS = 800;

const limits = fc.record({
  concurrency: fc.integer({ min: 1, max: 3 }),
  queueMax: fc.integer({ min: 0, max: 6 }),
  waitMaxMs: fc.constant(WAIT_MAX_MS),
});
const arrive = fc.record({ kind: fc.constant('arrive' as const), key: fc.constantFrom(...KEYS) });
const storm = fc.record({ kind: fc.constant('arrive' as const), key: fc.constant('a') });
const end = fc.record({ kind: fc.constant('end' as const), which: fc.nat(), isGood: fc.boolean() });
const pass = fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 399, 400, 799, 800) });
const actions = fc.array<Action>(
  fc.oneof(
    { weight: 4, arbitrary: arrive },
    { weight: 3, arbitrary: storm },
    { weight: 3, arbitrary: end },
    { weight: 1, arbitrary: pass },
  ),
  { maxLength: 60 },
);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('does what the plainest queue of that kind does, whoever comes, ends and gives up in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(limits, actions, async (chosen, steps) => {
      const real = realPool(chosen);
      const model = plainQueue(chosen);
      for (const step of steps) {
        await real.take(step, model.running());
        model.take(step);
        expect(real.places()).toEqual(model.places());
        expect(real.figures()).toEqual(model.figures());
        expect(vi.getTimerCount()).toBe(real.figures().waiting);
      }
      while (model.running().length > 0) {
        const last = { kind: 'end', which: 0, isGood: true } as const;
        await real.take(last, model.running());
        model.take(last);
      }
      expect(real.places()).toEqual(model.places());
      expect(real.timesSettled().every((times) => times === 1)).toBe(true);
      expect(real.figures()).toMatchObject({ running: 0, waiting: 0, keysWaiting: 0 });
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: 500 },
  );
});

/** The pool itself, and what came of each job that it was given. */
function realPool(chosen: BoundedPoolLimits) {
  const pool = createBoundedPool(chosen);
  const jobs: { place: Place; settled: number; finish(isGood: boolean): void }[] = [];

  const give = (key: string): void => {
    const job: (typeof jobs)[number] = { place: 'waits', settled: 0, finish: () => undefined };
    jobs.push(job);
    const work = () =>
      new Promise<void>((resolve, reject) => {
        job.place = 'runs';
        job.finish = (isGood) => (isGood ? resolve() : reject(new Error('The work failed')));
      });
    const settle = (place: Place) => {
      job.place = place;
      job.settled += 1;
    };
    pool.run(key, work).then(
      () => settle('done'),
      (error: unknown) => settle(error instanceof Unavailable ? 'turned away' : 'failed'),
    );
  };

  return {
    figures: pool.figures,
    places: () => jobs.map(({ place }) => place),
    timesSettled: () => jobs.map(({ settled }) => settled),
    async take(step: Action, running: readonly number[]) {
      if (step.kind === 'arrive') give(step.key);
      if (step.kind === 'end') jobs[pick(running, step.which) ?? -1]?.finish(step.isGood);
      await vi.advanceTimersByTimeAsync(step.kind === 'pass' ? step.ms : 0);
    },
  };
}

/** The same by one flat list: whose key has gone longest without a turn is next. */
function plainQueue({ concurrency, queueMax, waitMaxMs }: BoundedPoolLimits) {
  const jobs: { key: string; place: Place; arrivedAt: number }[] = [];
  /** When each key last had a turn, or began to wait: a count of such moments. */
  const turns = new Map<string, number>();
  let moments = 0;
  let now = 0;

  const all = (place: Place) => jobs.flatMap((job, index) => (job.place === place ? [index] : []));
  const waitingOf = (key: string) => all('waits').filter((index) => jobs[index]?.key === key);
  const move = (index: number | undefined, place: Place) => {
    const job = jobs[index ?? -1];
    if (job) job.place = place;
  };
  const noteTurn = (key: string) => {
    moments += 1;
    turns.set(key, moments);
  };
  const waitingKeys = () => {
    const keys = KEYS.filter((key) => waitingOf(key).length > 0);
    return keys.sort((left, right) => (turns.get(left) ?? 0) - (turns.get(right) ?? 0));
  };

  const add = (key: string, place: Place) => {
    jobs.push({ key, place, arrivedAt: now });
  };
  const wait = (key: string) => {
    if (waitingOf(key).length === 0) noteTurn(key);
    add(key, 'waits');
  };
  const arriveWith = (key: string) => {
    if (all('runs').length < concurrency) return add(key, 'runs');
    if (all('waits').length < queueMax) return wait(key);
    const most = Math.max(...KEYS.map((each) => waitingOf(each).length));
    if (waitingOf(key).length === most) return add(key, 'turned away');
    const longest = waitingKeys().filter((each) => waitingOf(each).length === most);
    move(waitingOf(longest.at(-1) ?? '').at(-1), 'turned away');
    wait(key);
  };
  const endOf = (index: number | undefined, isGood: boolean): void => {
    if (index === undefined) return;
    move(index, isGood ? 'done' : 'failed');
    const [key] = waitingKeys();
    if (key === undefined) return;
    move(waitingOf(key)[0], 'runs');
    noteTurn(key);
  };

  return {
    running: () => all('runs'),
    places: () => jobs.map(({ place }) => place),
    figures: () => ({
      running: all('runs').length,
      waiting: all('waits').length,
      keysWaiting: waitingKeys().length,
      turnedAway: all('turned away').length,
    }),
    take(step: Action) {
      if (step.kind === 'arrive') arriveWith(step.key);
      if (step.kind === 'end') endOf(pick(all('runs'), step.which), step.isGood);
      if (step.kind === 'pass') now += step.ms;
      for (const index of all('waits'))
        if ((jobs[index]?.arrivedAt ?? 0) + waitMaxMs <= now) move(index, 'turned away');
    },
  };
}

function pick(indexes: readonly number[], which: number): number | undefined {
  return indexes[which % Math.max(1, indexes.length)];
}
