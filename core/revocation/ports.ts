import type { Revocation } from './model.ts';

/** How far a reader has read. Only the log that gave it knows what it says. */
export type FeedMark = string;

export type FeedReading = Readonly<{
  mark: FeedMark;
  /**
   * Whether more may have changed than is told: the log is older than the mark
   * (a restored database), or there is too much to tell. Whoever remembers
   * anything forgets it all.
   */
  isReset: boolean;
  revocations: readonly Revocation[];
}>;

/** What was changed, by anybody, in any process, written in the transaction of the change. */
export interface RevocationLog {
  /**
   * Everything that became visible since `mark` was given, however late its
   * transaction committed; with `null` nothing but where reading begins.
   *
   * @throws {Unavailable}
   */
  since(mark: FeedMark | null): Promise<FeedReading>;
}

/** Milliseconds that pass evenly, whatever happens to the time of day. Their beginning means nothing. */
export interface Stopwatch {
  elapsedMs(): number;
}
