import { describe, expect, it } from 'vitest';
import type { RateBucket, RateLimiter } from '../../core/protection/index.ts';

/** A limiter that has counted nothing yet, and the handles that its contract needs beside it. */
export type LimiterHarness = Readonly<{
  limiter: RateLimiter;
  /** Lets so much time pass for all that is counted. */
  passTime(seconds: number): Promise<void>;
  /** How many counts are kept. */
  kept(): Promise<number>;
}>;

export type MakeLimiterHarness = () => Promise<LimiterHarness>;

const CALLERS = 50;
const LONG = 'x'.repeat(5_000);

/** Names that must not run into one another, whatever the store makes of them. */
const ODD_NAMES = [
  '',
  ' ',
  '*',
  ':',
  'a',
  'A',
  'a:b',
  'a}',
  '{a',
  '{a}',
  'a}{b',
  'a\nb',
  'a\0b',
  '0',
  '1/a',
  '__proto__',
  'é',
  'e\u0301',
  '\ud800',
  '\ud801',
  `${LONG}1`,
  `${LONG}2`,
];

/** What every rate limiter must do, as `core/protection/rate-limiter.ts` promises. */
export function rateLimiterContract(name: string, makeHarness: MakeLimiterHarness): void {
  describe(`RateLimiter: ${name}`, () => {
    it('lets as many pass as the limit says, and tells each how many are left', async () => {
      const { limiter } = await makeHarness();

      const decisions = [];
      for (let index = 0; index < 5; index += 1) decisions.push(await limiter.hit('g', [bucket('a', 3)]));

      expect(decisions.map(({ isAllowed, remaining }) => [isAllowed, remaining])).toEqual([
        [true, 2],
        [true, 1],
        [true, 0],
        [false, 0],
        [false, 0],
      ]);
      expect(decisions.map(({ limit }) => limit)).toEqual([3, 3, 3, 3, 3]);
    });

    it('lets exactly as many pass of fifty at once', async () => {
      const { limiter } = await makeHarness();

      const decisions = await Promise.all(
        Array.from({ length: CALLERS }, () => limiter.hit('g', [bucket('a', 7)])),
      );

      expect(decisions.filter(({ isAllowed }) => isAllowed)).toHaveLength(7);
    });

    it('counts a request in none of its buckets where one of them is full', async () => {
      const { limiter } = await makeHarness();
      await limiter.hit('g', [bucket('full', 1)]);

      for (const order of [
        ['full', 'open'],
        ['open', 'full'],
      ]) {
        const refused = await limiter.hit(
          'g',
          order.map((key) => bucket(key, key === 'full' ? 1 : 5)),
        );
        expect(refused.isAllowed).toBe(false);
      }

      expect((await limiter.hit('g', [bucket('open', 5)])).remaining).toBe(4);
    });

    it('never lets more pass than one of several buckets allows, however many ask at once', async () => {
      const { limiter } = await makeHarness();
      const narrow = bucket('narrow', 4);

      const decisions = await Promise.all(
        Array.from({ length: CALLERS }, (_, index) =>
          limiter.hit('g', [bucket(`own ${index % 10}`, 1), bucket('wide', 40), narrow]),
        ),
      );

      expect(decisions.filter(({ isAllowed }) => isAllowed)).toHaveLength(4);
      expect((await limiter.hit('g', [bucket('wide', 40)])).remaining).toBe(35);
    });

    it('tells whom it lets pass the bucket with the least left', async () => {
      const { limiter } = await makeHarness();
      await limiter.hit('g', [bucket('b', 10)]);

      const buckets = [bucket('a', 10, 30), bucket('b', 10, 60), bucket('c', 12, 90)];
      const decision = await limiter.hit('g', buckets);

      expect(decision).toEqual({ isAllowed: true, limit: 10, remaining: 8, resetSeconds: 60 });
    });

    it('tells whom it refuses the full bucket, and of several the one that ends last', async () => {
      const { limiter } = await makeHarness();
      const [minute, hour, wide] = [
        bucket('minute', 1, 60),
        bucket('hour', 1, 3_600),
        bucket('wide', 9, 9_000),
      ];
      await limiter.hit('g', [minute]);
      await limiter.hit('g', [hour]);

      expect(await limiter.hit('g', [wide, minute])).toEqual({
        isAllowed: false,
        limit: 1,
        remaining: 0,
        resetSeconds: 60,
      });
      expect(await limiter.hit('g', [minute, hour, wide])).toMatchObject({ resetSeconds: 3_600 });
      expect(await limiter.hit('g', [hour, minute])).toMatchObject({ resetSeconds: 3_600 });
    });

    it('begins a window with its first request, and no later one moves its end', async () => {
      const { limiter, passTime } = await makeHarness();
      expect(await limiter.hit('g', [bucket('a', 2)])).toMatchObject({ resetSeconds: 60 });

      await passTime(40);
      const later = [await limiter.hit('g', [bucket('a', 2)]), await limiter.hit('g', [bucket('a', 2)])];
      expect(later.map(({ isAllowed }) => isAllowed)).toEqual([true, false]);
      for (const { resetSeconds } of later) expect([19, 20]).toContain(resetSeconds);

      await passTime(19);
      expect(await limiter.hit('g', [bucket('a', 2)])).toMatchObject({ isAllowed: false, resetSeconds: 1 });
      await passTime(1);
      expect(await limiter.hit('g', [bucket('a', 2)])).toMatchObject({ isAllowed: true, remaining: 1 });
    });

    it('keeps no count beyond its window', async () => {
      const { limiter, passTime, kept } = await makeHarness();
      for (const key of ['a', 'b', 'a', 'a'])
        await limiter.hit('g', [bucket(key, 2), bucket('hour', 9, 3_600)]);
      expect(await kept()).toBe(3);

      await passTime(61);
      expect(await kept()).toBe(1);
      await passTime(3_600);
      expect(await kept()).toBe(0);
    });

    it('goes by the limit that is asked for now', async () => {
      const { limiter } = await makeHarness();
      await Promise.all([1, 2, 3].map(() => limiter.hit('g', [bucket('a', 5)])));

      expect(await limiter.hit('g', [bucket('a', 2)])).toMatchObject({
        isAllowed: false,
        limit: 2,
        remaining: 0,
      });
      expect(await limiter.hit('g', [bucket('a', 0)])).toMatchObject({ isAllowed: false, limit: 0 });
      expect(await limiter.hit('g', [bucket('a', 9)])).toMatchObject({
        isAllowed: true,
        limit: 9,
        remaining: 5,
      });
    });

    it('mixes no two groups, and no two buckets of one, whatever they are called', async () => {
      const { limiter } = await makeHarness();
      const pairs = ODD_NAMES.flatMap((group) => ODD_NAMES.map((key) => [group, key] as const));

      const first = await Promise.all(pairs.map(([group, key]) => limiter.hit(group, [bucket(key, 1)])));
      const second = await Promise.all(pairs.map(([group, key]) => limiter.hit(group, [bucket(key, 1)])));

      expect(first.filter(({ isAllowed }) => !isAllowed)).toEqual([]);
      expect(second.filter(({ isAllowed }) => isAllowed)).toEqual([]);
    });
  });
}

/** A bucket of a minute, unless told otherwise. */
function bucket(key: string, limit: number, windowSeconds = 60): RateBucket {
  return { key, limit, windowSeconds };
}
