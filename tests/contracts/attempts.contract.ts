import { describe, expect, it } from 'vitest';
import { utf8 } from '../../core/kernel/bytes.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { Attempt, AttemptKey, AttemptStart } from '../../core/protection/index.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';

const WINDOW_SECONDS = 1800;

/** Places for guesses, and how guesses end: {@link AttemptStore} and {@link AttemptRepository}. */
export function attemptsContract(makeHarness: MakeHarness): void {
  describe('attempts', () => {
    it('takes a place under every key', async () => {
      const { begin } = await guesses(makeHarness);

      expect(await begin('ada', 'address')).toMatchObject({
        kind: 'begun',
        attempt: { isHiddenLocked: false },
      });
    });

    it('locks a key with the failure that is one too many, and says for how long', async () => {
      const { begin, fail, failTimes } = await guesses(makeHarness);
      expect(await failTimes(4, 'ada')).toEqual([[], [], [], []]);

      expect(await fail(await begun(begin('ada')))).toEqual(['ada']);

      const start = await begin('ada');
      expect(start).toMatchObject({ kind: 'refused', reason: 'locked', key: { hash: hashOf('ada') } });
      const { retryAfterSeconds } = refused(start);
      expect(retryAfterSeconds).toBeGreaterThan(WINDOW_SECONDS - 60);
      expect(retryAfterSeconds).toBeLessThanOrEqual(WINDOW_SECONDS);
    });

    it('keeps a lock for the whole time and not a moment longer, and then begins to count anew', async () => {
      const { begin, failTimes, harness } = await guesses(makeHarness);
      await failTimes(5, 'ada');

      await harness.passTime(WINDOW_SECONDS - harness.marginSeconds);
      expect(await begin('ada')).toMatchObject({ kind: 'refused', reason: 'locked' });
      await harness.passTime(harness.marginSeconds + 1);
      expect(await failTimes(4, 'ada')).toEqual([[], [], [], []]);
      expect(await begin('ada')).toMatchObject({ kind: 'begun' });
    });

    it('counts failures for as long as the window, each by itself', async () => {
      const { begin, failTimes, fail, harness } = await guesses(makeHarness);
      await failTimes(2, 'ada');
      await harness.passTime(WINDOW_SECONDS / 2);
      await failTimes(2, 'ada');
      await harness.passTime(WINDOW_SECONDS / 2 + harness.marginSeconds);

      // The first two are forgotten: three are still allowed, the third of them locks.
      expect(await failTimes(2, 'ada')).toEqual([[], []]);
      expect(await fail(await begun(begin('ada')))).toEqual(['ada']);
    });

    it('never has more guesses under way than may still fail: the others are busy, not locked', async () => {
      const { begin } = await guesses(makeHarness);

      const starts = await Promise.all(Array.from({ length: 16 }, () => begin('ada')));

      expect(starts.filter(({ kind }) => kind === 'begun')).toHaveLength(5);
      for (const start of starts.filter(({ kind }) => kind === 'refused')) {
        expect(start).toMatchObject({ reason: 'busy', retryAfterSeconds: 1 });
      }
    });

    it('keeps five places for sixteen who ask at once for several keys in any order', async () => {
      const { begin } = await guesses(makeHarness);

      const starts = await Promise.all(
        Array.from({ length: 16 }, (_, index) => (index % 2 ? begin('ada', 'bob') : begin('bob', 'ada'))),
      );

      expect(starts.filter(({ kind }) => kind === 'begun')).toHaveLength(5);
    });

    it('takes no place anywhere when one key refuses', async () => {
      const { begin, failTimes } = await guesses(makeHarness);
      await failTimes(5, 'ada');

      for (let count = 0; count < 10; count += 1) await begin('bob', 'ada');

      expect(await begin('bob')).toMatchObject({ kind: 'begun' });
      expect(refused(await begin('bob', 'ada')).key.hash).toEqual(hashOf('ada'));
    });

    it('names the first key that refuses, in the order asked', async () => {
      const { begin, failTimes } = await guesses(makeHarness);
      await failTimes(5, 'ada');
      await failTimes(5, 'bob');

      expect(refused(await begin('bob', 'ada')).key.hash).toEqual(hashOf('bob'));
      expect(refused(await begin('ada', 'bob')).key.hash).toEqual(hashOf('ada'));
    });

    it('gives a place back to the next one', async () => {
      const { begin, harness, tenantId } = await guesses(makeHarness);
      const attempts = await Promise.all(Array.from({ length: 5 }, () => begun(begin('ada'))));
      expect(await begin('ada')).toMatchObject({ reason: 'busy' });

      await harness.attemptStore.release(tenantId, attempts[0] as Attempt);

      expect(await begin('ada')).toMatchObject({ kind: 'begun' });
      expect(await begin('ada')).toMatchObject({ reason: 'busy' });
    });

    it('lets a place expire that nobody gives back', async () => {
      const { begin, harness } = await guesses(makeHarness);
      for (let count = 0; count < 5; count += 1) await begun(begin('ada'));

      await harness.passTime(30 - harness.marginSeconds);
      expect(await begin('ada')).toMatchObject({ reason: 'busy' });
      await harness.passTime(harness.marginSeconds + 1);
      expect(await begin('ada')).toMatchObject({ kind: 'begun' });
    });

    it('counts a failure although its place has expired', async () => {
      const { begin, fail, failTimes, harness } = await guesses(makeHarness);
      await failTimes(4, 'ada');
      const late = await begun(begin('ada'));
      await harness.passTime(31);

      expect(await fail(late)).toEqual(['ada']);
    });

    it('forgets the failures that a success names, and leaves all others', async () => {
      const { begin, succeed, failTimes } = await guesses(makeHarness);
      await failTimes(4, 'ada', 'address');

      await succeed(await begun(begin('ada', 'address')), ['ada']);

      expect(await failTimes(1, 'address')).toEqual([['address']]);
      expect(await failTimes(4, 'ada')).toEqual([[], [], [], []]);
    });

    it('does not lift a lock by a success', async () => {
      const { begin, succeed, failTimes } = await guesses(makeHarness);
      const early = await begun(begin('ada'));
      await failTimes(4, 'ada');
      const late = await begun(begin('bob'));
      await failTimes(1, 'eve');
      await succeed(early, []);
      await failTimes(1, 'ada');

      await succeed(late, ['ada']);

      expect(await begin('ada')).toMatchObject({ kind: 'refused', reason: 'locked' });
    });

    it('counts no failure while locked, so that nobody can draw a lock out', async () => {
      const { begin, fail, failTimes, harness } = await guesses(makeHarness);
      const slow = await begun(begin('ada'));
      await failTimes(4, 'ada');
      const slower = await begun(begin('bob', 'eve'));
      expect(await fail(slow)).toEqual(['ada']);
      await harness.passTime(WINDOW_SECONDS / 2);

      expect(await fail({ ...slower, keys: [keyOf('ada')] })).toEqual([]);

      await harness.passTime(WINDOW_SECONDS / 2 + harness.marginSeconds);
      expect(await begin('ada')).toMatchObject({ kind: 'begun' });
    });

    it('refuses nothing by a hidden lock, but tells of it and takes no place there', async () => {
      const { harness, tenantId, begin, failTimes } = await guesses(makeHarness);
      await failTimes(5, 'user');
      const keys = [keyOf('ada'), { ...keyOf('user'), isHidden: true }];

      const start = await harness.attemptStore.begin(tenantId, keys);

      expect(start).toMatchObject({ kind: 'begun', attempt: { isHiddenLocked: true } });
      expect(await begin('user')).toMatchObject({ kind: 'refused', reason: 'locked' });
    });

    // Whoever is told that there is no place under one name learns that it belongs to another.
    it('is never refused by a hidden key, whose places and failures count all the same', async () => {
      const { harness, tenantId, begin, fail } = await guesses(makeHarness);
      const underWay = [];
      for (let count = 0; count < 5; count += 1) underWay.push(await begun(begin('user')));

      const attempt = await begun(
        harness.attemptStore.begin(tenantId, [keyOf('ada'), { ...keyOf('user'), isHidden: true }]),
      );

      for (const other of underWay.slice(1)) expect(await fail(other)).toEqual([]);
      expect(await fail(attempt)).toEqual(['user']);
    });

    it('says, while it holds a guess, whether others have locked a hidden key meanwhile', async () => {
      const { harness, tenantId, failTimes } = await guesses(makeHarness);
      const keys = [keyOf('ada'), { ...keyOf('user'), isHidden: true }];
      const attempt = await begun(harness.attemptStore.begin(tenantId, keys));
      const hold = () => harness.unitOfWork.run(tenantId, ({ attempts }) => attempts.hold(attempt, []));
      expect(await hold()).toEqual({ isHiddenLocked: false, counted: [], failures: 0 });
      await failTimes(4, 'user');
      expect(await hold()).toMatchObject({ isHiddenLocked: false });

      await harness.unitOfWork.run(tenantId, ({ attempts }) =>
        attempts.fail({ ...attempt, keys: [keyOf('user')] }),
      );

      expect(await hold()).toMatchObject({ isHiddenLocked: true });
    });

    it('holds what there is of the counts that a success would forget', async () => {
      const { harness, tenantId, begin, failTimes } = await guesses(makeHarness);
      await failTimes(1, 'bob');
      const attempt = await begun(begin('ada'));

      const held = await harness.unitOfWork.run(tenantId, ({ attempts }) =>
        attempts.hold(attempt, [hashOf('bob'), hashOf('eve'), hashOf('ada')]),
      );

      expect(held).toEqual({ isHiddenLocked: false, counted: [hashOf('bob'), hashOf('ada')], failures: 1 });
    });

    it('says how many failures count under one of those: the most, and none that is old or of another key', async () => {
      const { harness, tenantId, begin, failTimes } = await guesses(makeHarness);
      await failTimes(4, 'eve');
      await failTimes(2, 'ada');
      await harness.passTime(WINDOW_SECONDS / 2);
      await failTimes(1, 'ada');
      await failTimes(2, 'bob');
      const attempt = await begun(begin('ada'));
      const failuresOf = async (...names: string[]) => {
        const held = await harness.unitOfWork.run(tenantId, ({ attempts }) =>
          attempts.hold(attempt, names.map(hashOf)),
        );
        return held.failures;
      };
      expect([await failuresOf('ada', 'bob'), await failuresOf('bob'), await failuresOf()]).toEqual([
        3, 2, 0,
      ]);

      await harness.passTime(WINDOW_SECONDS / 2 + harness.marginSeconds);

      expect([await failuresOf('ada'), await failuresOf('ada', 'bob')]).toEqual([1, 2]);
    });

    it('holds counts against everybody else until its transaction ends', async () => {
      const { harness, tenantId, begin } = await guesses(makeHarness);
      const attempt = await begun(begin('ada'));
      const order: string[] = [];
      const holdThen = (name: string) =>
        harness.unitOfWork.run(tenantId, async ({ attempts }) => {
          await attempts.hold(attempt, []);
          order.push(name);
        });

      let other: Promise<void> | null = null;
      await harness.unitOfWork.run(tenantId, async ({ attempts }) => {
        await attempts.hold(attempt, []);
        other = holdThen('other');
        // Time enough for the other one, if nothing held it up.
        for (let count = 0; count < 50; count += 1) await attempts.hold(attempt, []);
        order.push('first');
      });
      await other;

      expect(order).toEqual(['first', 'other']);
    });

    it('never lets guesses under several names of one account wait in a circle', async () => {
      const { harness, tenantId, begin } = await guesses(makeHarness);
      const names = ['ada', 'bob', 'user'];
      const guessUnder = async (index: number) => {
        const start = await begin(names[index % 3] ?? '', names[(index + 1) % 3] ?? '');
        if (start.kind === 'refused') return;
        await harness.unitOfWork.run(tenantId, async ({ attempts }) => {
          const { counted } = await attempts.hold(start.attempt, names.map(hashOf));
          await attempts.succeed(start.attempt, counted);
        });
      };

      for (let round = 0; round < 5; round += 1) {
        await Promise.all(Array.from({ length: 16 }, (_, index) => guessUnder(index)));
      }

      expect(await begin(...names)).toMatchObject({ kind: 'begun' });
    });

    it('takes a limit that was lowered at its word: what failed before is a lock until it is old', async () => {
      const { harness, tenantId, failTimes } = await guesses(makeHarness);
      await failTimes(3, 'ada');

      const start = await harness.attemptStore.begin(tenantId, [{ ...keyOf('ada'), max: 2 }]);

      expect(start).toMatchObject({ kind: 'refused', reason: 'locked' });
      expect(refused(start).retryAfterSeconds).toBeGreaterThan(WINDOW_SECONDS - 60);
      expect(await harness.attemptStore.findLock(tenantId, [{ ...keyOf('ada'), max: 2 }])).toMatchObject({
        reason: 'locked',
      });
    });

    it('finds the first lock without taking a place, and passes over a hidden one', async () => {
      const { harness, tenantId, begin, failTimes } = await guesses(makeHarness);
      await failTimes(5, 'ada');
      const find = (...keys: AttemptKey[]) => harness.attemptStore.findLock(tenantId, keys);

      expect(await find(keyOf('bob'), keyOf('ada'))).toMatchObject({
        reason: 'locked',
        key: { hash: hashOf('ada') },
      });
      expect(await find({ ...keyOf('ada'), isHidden: true }, keyOf('bob'))).toBeNull();
      for (let count = 0; count < 5; count += 1) await begun(begin('bob'));
    });

    it('undoes a failure with the transaction that it is part of', async () => {
      const { harness, tenantId, begin, failTimes } = await guesses(makeHarness);
      const attempt = await begun(begin('ada'));

      const rolledBack = harness.unitOfWork.run(tenantId, async ({ attempts }) => {
        await attempts.fail(attempt);
        throw new Error('and then something went wrong');
      });

      await expect(rolledBack).rejects.toThrow('something went wrong');
      expect(await failTimes(4, 'ada')).toEqual([[], [], [], []]);
    });

    it('keeps tenants apart', async () => {
      const { harness, failTimes } = await guesses(makeHarness);
      const other = await harness.makeTenant();
      await failTimes(5, 'ada');

      expect(await harness.attemptStore.begin(other.id, [keyOf('ada')])).toMatchObject({ kind: 'begun' });
      expect(await harness.attemptStore.findLock(other.id, [keyOf('ada')])).toBeNull();
    });
  });
}

/** A short way to guess in one tenant, five times at most under each name. */
async function guesses(makeHarness: MakeHarness) {
  const harness = await makeHarness();
  const { id: tenantId } = await harness.makeTenant();
  const begin = (...names: string[]): Promise<AttemptStart> =>
    harness.attemptStore.begin(tenantId, names.map(keyOf));
  const fail = (attempt: Attempt): Promise<readonly string[]> => failed(harness, tenantId, attempt);
  return {
    ...{ harness, tenantId, begin, fail },
    succeed: (attempt: Attempt, forget: readonly string[]) =>
      harness.unitOfWork.run(tenantId, ({ attempts }) => attempts.succeed(attempt, forget.map(hashOf))),
    /** Fails one after the other, and answers which names each failure locked. */
    async failTimes(times: number, ...names: string[]): Promise<(readonly string[])[]> {
      const locked = [];
      for (let count = 0; count < times; count += 1) locked.push(await fail(await begun(begin(...names))));
      return locked;
    },
  };
}

async function failed(
  { unitOfWork }: StoreHarness,
  tenantId: TenantId,
  attempt: Attempt,
): Promise<readonly string[]> {
  const locked = await unitOfWork.run(tenantId, ({ attempts }) => attempts.fail(attempt));
  return locked.map(({ hash }) => Buffer.from(hash).toString().replaceAll('\0', ''));
}

function keyOf(name: string): AttemptKey {
  return { name: 'identifier', hash: hashOf(name), max: 5, windowSeconds: WINDOW_SECONDS };
}

/** 32 bytes, as a digest has, that can be read back. */
function hashOf(name: string): Uint8Array {
  const hash = new Uint8Array(32);
  hash.set(utf8(name));
  return hash;
}

async function begun(start: Promise<AttemptStart>): Promise<Attempt> {
  const result = await start;
  if (result.kind !== 'begun') throw new Error(`The attempt was refused: ${result.reason}`);
  return result.attempt;
}

function refused(start: AttemptStart) {
  if (start.kind !== 'refused') throw new Error('The attempt was not refused');
  return start;
}
