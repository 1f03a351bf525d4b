import { describe, expect, it } from 'vitest';
import type { SessionId, TenantId, UserId } from '../../../core/kernel/ids.ts';
import {
  createRevocationFeed,
  type FeedMark,
  type FeedReading,
  FRESH_MS,
  MISSED_MS,
  type Revocation,
} from '../../../core/revocation/index.ts';
import { heldAnswers } from '../../fakes/held-answers.ts';
import { fakeStopwatch } from '../../fakes/stopwatch.ts';

const TENANT = '01900000-0000-7000-8000-000000000001' as TenantId;
const SESSION: Revocation = {
  kind: 'session',
  tenantId: TENANT,
  sessionId: '01900000-0000-7000-8000-000000000002' as SessionId,
};
const USER: Revocation = {
  kind: 'user',
  tenantId: TENANT,
  userId: '01900000-0000-7000-8000-000000000003' as UserId,
};
const KEYS: Revocation = { kind: 'signing_keys' };
const RESET = 'reset';

describe('a feed', () => {
  it('is not fresh before it has read for the first time', () => {
    expect(feedFixture().feed.isFresh()).toBe(false);
  });

  it('is fresh until a second after its last reading was sent, and not a millisecond longer', async () => {
    const { feed, stopwatch } = await readFixture();

    stopwatch.advance(FRESH_MS);
    const before = feed.isFresh();
    stopwatch.advance(1);

    expect([FRESH_MS, before, feed.isFresh()]).toEqual([1_000, true, false]);
  });

  // What was committed while the reading was under way is not in it.
  it('counts the second from the moment of sending, however long the answer took', async () => {
    const { feed, stopwatch, log } = await readFixture();

    const reading = feed.read();
    stopwatch.advance(600);
    log.next().answer(readingOf('m2'));
    await reading;
    stopwatch.advance(400);
    const before = feed.isFresh();
    stopwatch.advance(1);

    expect([before, feed.isFresh()]).toEqual([true, false]);
  });

  it('begins with forgetting everything, and with keys that are read after it', async () => {
    const { feed, log, keys, told } = feedFixture();

    const reading = feed.read();
    const { question, answer } = log.next();
    const keysBefore = keys.count();
    answer(readingOf('m1'));
    await settle();
    const isFreshWithoutKeys = feed.isFresh();
    keys.next().answer();
    await reading;

    expect([question, keysBefore, told, isFreshWithoutKeys]).toEqual([null, 0, [RESET], false]);
    expect(feed.isFresh()).toBe(true);
  });

  it('tells everybody who listens all that a reading tells, and goes on from its mark', async () => {
    const { feed, log, told } = await readFixture();
    const toldBesides: unknown[] = [];
    feed.listen({ onRevoked: (one) => toldBesides.push(one), onReset: () => toldBesides.push(RESET) });

    const first = feed.read();
    const asked = log.next();
    asked.answer(readingOf('m2', [SESSION, USER]));
    await first;
    void feed.read();

    expect([asked.question, log.next().question]).toEqual(['m1', 'm2']);
    expect([told, toldBesides]).toEqual([
      [SESSION, USER],
      [SESSION, USER],
    ]);
  });

  it('has told before it is fresh', async () => {
    const { feed, log, told, stopwatch } = await readFixture();
    stopwatch.advance(FRESH_MS + 1);

    const caughtUp = feed.catchUp();
    log.next().answer(readingOf('m2', [SESSION]));
    await caughtUp;

    expect([feed.isFresh(), told]).toEqual([true, [SESSION]]);
  });

  it('has everything forgotten, and the keys read anew, when the log begins anew', async () => {
    const { feed, log, keys, told } = await readFixture();

    const reading = feed.read();
    log.next().answer({ ...readingOf('m2'), isReset: true });
    await settle();
    keys.next().answer();
    await reading;

    expect(told).toEqual([RESET]);
  });

  // The log is swept: a process that could not read it for long may have missed what nobody tells any more.
  it('has everything forgotten when it could not read for longer than the log is kept for sure', async () => {
    const { feed, log, keys, told, stopwatch } = await readFixture();

    stopwatch.advance(MISSED_MS);
    const inTime = feed.read();
    log.next().answer(readingOf('m2'));
    await inTime;
    const toldInTime = [...told];
    stopwatch.advance(MISSED_MS + 1);
    const tooLate = feed.read();
    log.next().answer(readingOf('m3'));
    await settle();
    keys.next().answer();
    await tooLate;

    expect([toldInTime, told]).toEqual([[], [RESET]]);
  });

  describe('whose reading fails', () => {
    it('says so, is not fresh by it, and asks from the same mark again', async () => {
      const { feed, log, told, stopwatch } = await readFixture();
      stopwatch.advance(FRESH_MS + 1);

      const failing = feed.read();
      log.next().fail(new Error('away'));
      await expect(failing).rejects.toThrow('away');
      const isFreshAfterFailing = feed.isFresh();
      const second = feed.read();
      const { question, answer } = log.next();
      answer(readingOf('m2', [SESSION]));
      await second;

      expect([isFreshAfterFailing, question, told]).toEqual([false, 'm1', [SESSION]]);
      expect(feed.isFresh()).toBe(true);
    });

    it('refuses everybody who waits for it', async () => {
      const { feed, log, stopwatch } = await readFixture();
      stopwatch.advance(FRESH_MS + 1);

      const waiting = [feed.catchUp(), feed.catchUp()];
      log.next().fail(new Error('away'));

      const outcomes = await Promise.allSettled(waiting);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    });

    it('still reads for whoever knows of more', async () => {
      const { feed, log, told } = await readFixture();

      const failing = feed.read();
      const following = feed.read();
      log.next().fail(new Error('away'));
      await expect(failing).rejects.toThrow('away');
      await settle();
      log.next().answer(readingOf('m2', [SESSION]));
      await following;

      expect(told).toEqual([SESSION]);
    });
  });

  describe('asked to catch up', () => {
    it('shares one reading among any number of callers', async () => {
      const { feed, log, stopwatch } = await readFixture();
      const before = log.count();
      stopwatch.advance(FRESH_MS + 1);

      const waiting = Array.from({ length: 16 }, () => feed.catchUp());
      log.next().answer(readingOf('m2'));
      await Promise.all(waiting);

      expect([log.count() - before, feed.isFresh()]).toEqual([1, true]);
    });

    it('reads once more for all of them where the one under way was sent too long ago', async () => {
      const { feed, log, told, stopwatch } = await readFixture();
      const before = log.count();
      void feed.read();
      stopwatch.advance(FRESH_MS + 1);

      const waiting = Array.from({ length: 16 }, () => feed.catchUp());
      log.next().answer(readingOf('m2'));
      await settle();
      log.next().answer(readingOf('m3', [SESSION]));
      await Promise.all(waiting);

      expect([log.count() - before, told, feed.isFresh()]).toEqual([2, [SESSION], true]);
    });
  });

  describe('asked to read', () => {
    it('sends a reading after it was asked, for whoever comes while one is under way, and one for all of them', async () => {
      const { feed, log, told } = await readFixture();
      const before = log.count();
      const current = feed.read();

      let isDone = false;
      const following = Promise.all([feed.read(), feed.read(), feed.read()]).then(() => {
        isDone = true;
      });
      const sentMeanwhile = log.count() - before;
      log.next().answer(readingOf('m2'));
      await current;
      await settle();
      const isDoneWithTheFirst = isDone;
      log.next().answer(readingOf('m3', [SESSION]));
      await following;

      expect([sentMeanwhile, isDoneWithTheFirst, log.count() - before, told]).toEqual([
        1,
        false,
        2,
        [SESSION],
      ]);
    });
  });

  describe('told of keys', () => {
    it('is not fresh until they are read, though its reading is recent', async () => {
      const { feed, log, keys } = await readFixture();

      const reading = feed.read();
      log.next().answer(readingOf('m2', [KEYS]));
      await settle();
      const isFreshMeanwhile = feed.isFresh();
      keys.next().answer();
      await reading;

      expect([isFreshMeanwhile, feed.isFresh()]).toEqual([false, true]);
    });

    it('keeps trying when they cannot be read, and is not fresh meanwhile', async () => {
      const { feed, log, keys } = await readFixture();

      const failing = feed.read();
      log.next().answer(readingOf('m2', [KEYS]));
      await settle();
      keys.next().fail(new Error('away'));
      await expect(failing).rejects.toThrow('away');
      const isFreshMeanwhile = feed.isFresh();
      const second = feed.read();
      log.next().answer(readingOf('m3'));
      await settle();
      keys.next().answer();
      await second;

      expect([isFreshMeanwhile, feed.isFresh()]).toEqual([false, true]);
    });

    it('reads them once more where they changed while they were being read', async () => {
      const { feed, log, keys } = await readFixture();
      const before = keys.count();

      const reading = feed.read();
      log.next().answer(readingOf('m2', [KEYS]));
      await settle();
      feed.take([KEYS]);
      keys.next().answer();
      await settle();
      const isFreshWithTheFirst = feed.isFresh();
      keys.next().answer();
      await reading;

      expect([isFreshWithTheFirst, keys.count() - before, feed.isFresh()]).toEqual([false, 2, true]);
    });
  });

  describe('that takes what this process has committed', () => {
    it('tells it at once, without asking the log', async () => {
      const { feed, log, told } = await readFixture();
      const before = log.count();

      feed.take([SESSION, USER]);

      expect([told, log.count() - before, feed.isFresh()]).toEqual([[SESSION, USER], 0, true]);
    });

    it('has everything forgotten where it is too much to tell, the keys among it', async () => {
      const { feed, told } = await readFixture();

      feed.take(null);

      expect([told, feed.isFresh()]).toEqual([[RESET], false]);
    });

    // A key that this process retired must not be good here for as long as its last reading is.
    it('is not fresh from then on until keys that it changed are read', async () => {
      const { feed, log, keys } = await readFixture();

      feed.take([KEYS]);
      const caughtUp = feed.catchUp();
      log.next().answer(readingOf('m2'));
      await settle();
      const isFreshMeanwhile = feed.isFresh();
      keys.next().answer();
      await caughtUp;

      expect([isFreshMeanwhile, feed.isFresh()]).toEqual([false, true]);
    });
  });
});

function feedFixture() {
  const stopwatch = fakeStopwatch();
  const log = heldAnswers<FeedMark | null, FeedReading>();
  const keys = heldAnswers<void, void>();
  const feed = createRevocationFeed({ log: { since: log.ask }, stopwatch, reloadKeys: keys.ask });
  const told: unknown[] = [];
  feed.listen({ onRevoked: (one) => told.push(one), onReset: () => told.push(RESET) });
  return { feed, stopwatch, log, keys, told };
}

/** A feed that has just read for the first time, up to the mark `m1`. */
async function readFixture() {
  const fixture = feedFixture();
  const reading = fixture.feed.read();
  fixture.log.next().answer(readingOf('m1'));
  await settle();
  fixture.keys.next().answer();
  await reading;
  fixture.told.length = 0;
  return fixture;
}

function readingOf(mark: string, revocations: readonly Revocation[] = []): FeedReading {
  return { mark, isReset: false, revocations };
}

/** Lets everything happen that waits for nobody. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
