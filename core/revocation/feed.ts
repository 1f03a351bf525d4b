import type { Revocation } from './model.ts';
import type { FeedMark, RevocationLog, Stopwatch } from './ports.ts';

/** How old the last reading may be for what is remembered to be believed, in milliseconds. */
export const FRESH_MS = 1_000;
/** How long the log may have gone unread without anything missing from it, in milliseconds: it is kept longer. */
export const MISSED_MS = 30_000;

/** Told of what is not to be remembered any more. Must not throw. */
export type RevocationListener = Readonly<{
  onRevoked(revocation: Revocation): void;
  /** Anything may have changed. */
  onReset(): void;
}>;

export type RevocationFeedDeps = Readonly<{
  log: RevocationLog;
  stopwatch: Stopwatch;
  /** Reads the signing keys anew, and uses them. */
  reloadKeys(): Promise<void>;
}>;

/**
 * Follows the log of revocations, for everything in this process that remembers.
 *
 * Whoever goes by what they remember asks {@link RevocationFeed.isFresh} first.
 * A reading counts from the moment when it was asked for, so whatever was
 * committed more than a second ago has then been told.
 */
export interface RevocationFeed {
  /** Whether the last reading was sent at most a second ago, and its consequences are drawn. */
  isFresh(): boolean;

  /**
   * Resolves once the feed is fresh, reading if need be; any number of callers share one reading.
   *
   * @throws {Unavailable} the log cannot be read: nothing that is remembered may be believed
   */
  catchUp(): Promise<void>;

  /**
   * Reads what is new, in a reading that is sent after this was called.
   *
   * @throws {Unavailable}
   */
  read(): Promise<void>;

  /**
   * Takes what a transaction of this process has just committed, without
   * waiting for the log to tell; `null` where it is too much to tell.
   */
  take(revocations: readonly Revocation[] | null): void;

  listen(listener: RevocationListener): void;
}

export function createRevocationFeed({ log, stopwatch, reloadKeys }: RevocationFeedDeps): RevocationFeed {
  const listeners: RevocationListener[] = [];
  let mark: FeedMark | null = null;
  let readAtMs = Number.NEGATIVE_INFINITY;
  // How often the keys were told to have changed, and how many of these times a reload has made up for.
  let keysDue = 0;
  let keysLoaded = 0;

  const tell = (revocation: Revocation): void => {
    if (revocation.kind === 'signing_keys') keysDue += 1;
    for (const listener of listeners) listener.onRevoked(revocation);
  };

  const reset = (): void => {
    keysDue += 1;
    for (const listener of listeners) listener.onReset();
  };

  const settleKeys = async (): Promise<void> => {
    while (keysLoaded < keysDue) {
      const due = keysDue;
      await reloadKeys();
      keysLoaded = due;
    }
  };

  const readings = createReadings(async () => {
    const sentAtMs = stopwatch.elapsedMs();
    const reading = await log.since(mark);
    // The first reading, too: what was known before it may have changed since.
    if (reading.isReset || sentAtMs - readAtMs > MISSED_MS) reset();
    else reading.revocations.forEach(tell);
    mark = reading.mark;
    await settleKeys();
    readAtMs = sentAtMs;
  });

  const isFresh = (): boolean => keysLoaded === keysDue && stopwatch.elapsedMs() - readAtMs <= FRESH_MS;

  return {
    isFresh,
    async catchUp() {
      await readings.any();
      // What was under way may have been sent too long ago; the next one cannot.
      if (!isFresh()) await readings.any();
    },
    read: readings.next,
    take(revocations) {
      if (revocations) revocations.forEach(tell);
      else reset();
    },
    listen: (listener) => void listeners.push(listener),
  };
}

/** Readings of the log, one at a time. */
type Readings = Readonly<{
  /** The one that is under way, or a new one. */
  any(): Promise<void>;
  /** One that is not under way yet; whoever asks meanwhile shares it. */
  next(): Promise<void>;
}>;

function createReadings(readOnce: () => Promise<void>): Readings {
  let underWay: Promise<void> | null = null;
  let following: Promise<void> | null = null;

  const any = (): Promise<void> => {
    underWay ??= readOnce().finally(() => {
      underWay = null;
    });
    return underWay;
  };

  const afterThis = async (current: Promise<void>): Promise<void> => {
    await current.catch(() => undefined);
    following = null;
    await any();
  };

  return {
    any,
    next() {
      if (underWay === null) return any();
      // What is under way may have been sent before what the caller knows of.
      following ??= afterThis(underWay);
      return following;
    },
  };
}
