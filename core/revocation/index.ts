/**
 * Revocation: how every process learns that something it remembers is no longer true.
 *
 * Holds one promise: what is remembered is believed only while everything that
 * was committed more than a second ago, by whatever process, is known to have
 * been told here.
 *
 * @module
 */
export {
  createRevocationFeed,
  FRESH_MS,
  MISSED_MS,
  type RevocationFeed,
  type RevocationFeedDeps,
  type RevocationListener,
} from './feed.ts';
export type { Revocation, RevocationKind } from './model.ts';
export type { FeedMark, FeedReading, RevocationLog, Stopwatch } from './ports.ts';
