import type { DatabaseAddress } from '../adapters/postgres/pools.ts';
import { createRevocationWakeUps } from '../adapters/postgres/revocation-listener.ts';
import type { RevocationFeed } from '../core/revocation/index.ts';
import type { RememberedSessions, SessionStore } from '../core/sessions/index.ts';
import type { Logger } from './logger.ts';

/** How often the log is read without being woken. */
const READ_EVERY_MS = 500;
/** How long what woke us may be followed by more that is read with it. */
const GATHER_MS = 5;
const NOTE_SEEN_EVERY_MS = 30_000;

export type RevocationsOptions = Readonly<{
  feed: RevocationFeed;
  sessions: RememberedSessions;
  sessionStore: Pick<SessionStore, 'noteSeen'>;
  /** Where to listen for wake-ups. */
  address: DatabaseAddress;
  logger: Logger;
}>;

/** What keeps this process's memory of sessions and keys true, and tells the store which sessions were seen. */
export interface Revocations {
  start(): void;
  /** Writes down which sessions were seen, and ends. */
  stop(): Promise<void>;
  /** Writes down now which sessions were seen. */
  noteSeen(): Promise<void>;
}

export function createRevocations(options: RevocationsOptions): Revocations {
  const { feed, sessions, sessionStore, address, logger } = options;
  let readTimer: NodeJS.Timeout | undefined;
  let wakeTimer: NodeJS.Timeout | undefined;
  let seenTimer: NodeJS.Timeout | undefined;
  let isFailing = false;
  let isStopped = false;

  const read = (): Promise<void> =>
    feed.read().then(
      () => {
        if (isFailing) logger.warn('revocations can be read again');
        isFailing = false;
      },
      (error: unknown) => {
        if (!isFailing && !isStopped) logger.warn({ err: error }, 'revocations cannot be read');
        isFailing = true;
      },
    );

  const readOn = async (): Promise<void> => {
    await read();
    if (!isStopped) readTimer = setTimeout(readOn, READ_EVERY_MS);
  };

  const wakeUps = createRevocationWakeUps({
    address,
    onWake() {
      wakeTimer ??= setTimeout(() => {
        wakeTimer = undefined;
        void read();
      }, GATHER_MS);
    },
    onLost: (error) =>
      logger.warn({ err: error }, 'nobody wakes this process for revocations: they are read twice a second'),
  });

  const noteSeen = async (): Promise<void> => {
    const seen = sessions.takeSeen();
    if (seen.length > 0) await sessionStore.noteSeen(seen);
  };
  // That a session was seen is a hint. What is lost with a failure is a minute of it.
  const noteSeenQuietly = (): Promise<void> =>
    noteSeen().catch((error: unknown) => logger.info({ err: error }, 'sessions seen were not noted'));

  return {
    noteSeen,
    start() {
      void readOn();
      wakeUps.start();
      seenTimer = setInterval(noteSeenQuietly, NOTE_SEEN_EVERY_MS);
    },
    async stop() {
      isStopped = true;
      for (const timer of [readTimer, wakeTimer, seenTimer]) clearTimeout(timer);
      await Promise.all([wakeUps.stop(), noteSeenQuietly()]);
    },
  };
}
