import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RateDecision } from '../../core/protection/index.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../support/redis.ts';
import { type LimitingProcess, startLimiting, viewRedis } from '../support/redis-limiter.ts';

const DATABASE = 2;
const CALLERS = 200;
const bucket = (key: string, limit: number) => ({ key, limit, windowSeconds: 60 });
const passed = (decisions: readonly RateDecision[]) => decisions.filter(({ isAllowed }) => isAllowed).length;

describeWithRedis('several processes on one Redis', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startTestRedis(DATABASE);
  });
  afterAll(() => server.stop());

  it('let together as many pass as one limit says', async () => {
    const { processes, ask } = await setUp();

    const decisions = await ask(() => [bucket('a', 25)]);

    expect(passed(decisions)).toBe(25);
    for (const { limiter } of processes) expect(limiter.decisions().local).toBe(0);
    const told = decisions.filter(({ isAllowed }) => isAllowed).map(({ remaining }) => remaining);
    expect(told.sort((one, other) => one - other)).toEqual(Array.from({ length: 25 }, (_, index) => index));
  });

  it('count a request in all of its buckets or in none, in whatever order they name them', async () => {
    const { ask, view } = await setUp();

    const decisions = await ask((index) => {
      const buckets = [bucket('narrow', 10), bucket('wide', 150), bucket(`own ${index % 40}`, 3)];
      return index % 2 ? buckets : buckets.reverse();
    });

    expect(passed(decisions)).toBe(10);
    const counts = await view.redis.mget('gatehouse:{g}:narrow', 'gatehouse:{g}:wide');
    expect(counts).toEqual(['10', '10']);
  });

  // Each tells what it remembers; whoever asks first must not make room for the others.
  it('let nobody pass again after Redis was emptied under them', async () => {
    const { ask, view } = await setUp();
    expect(passed(await ask(() => [bucket('a', 25)]))).toBe(25);

    await view.redis.flushdb();

    expect(passed(await ask(() => [bucket('a', 25)]))).toBe(0);
  });

  async function setUp() {
    const view = await viewRedis(server.url);
    const processes: LimitingProcess[] = [];
    for (const _ of [1, 2, 3]) processes.push(await startLimiting({ url: server.url }));
    const ask = (bucketsOf: (index: number) => ReturnType<typeof bucket>[]): Promise<RateDecision[]> =>
      Promise.all(
        Array.from({ length: CALLERS }, (_, index) => {
          const asked = processes[index % processes.length];
          if (!asked) throw new Error('There is no process');
          return asked.limiter.hit('g', bucketsOf(index));
        }),
      );
    return { view, processes, ask };
  }
});
