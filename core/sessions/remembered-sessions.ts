import type { SessionId, TenantId, UserId } from '../kernel/ids.ts';
import type { Revocation, RevocationFeed, Stopwatch } from '../revocation/index.ts';
import type { LiveSession, SeenSession, SessionCheck, SessionStore } from './ports.ts';

/** How many sessions are remembered. */
export const REMEMBERED_MAX = 10_000;
/** How long one is remembered at most, in milliseconds. */
export const REMEMBERED_MS = 60_000;
/** How many are noted to have been seen until they are written down. */
const SEEN_MAX = 50_000;

/** Which session a request came with, and whose it says it is. */
export type SessionKey = Readonly<{ tenantId: TenantId; sessionId: SessionId; userId: UserId }>;

export type RememberedSessionsDeps = Readonly<{
  sessionStore: Pick<SessionStore, 'look'>;
  feed: RevocationFeed;
  stopwatch: Stopwatch;
  rememberedMax?: number;
}>;

/** Sessions that requests came with, so that the next request need not ask again. */
export interface RememberedSessions {
  /**
   * The session, if it is known without asking anybody to have been live at
   * most a second ago; `null` where that is not known.
   */
  find(key: SessionKey): LiveSession | null;

  /** Asks the store, and remembers what it answers if it still holds by then. */
  look(key: SessionKey): Promise<SessionCheck>;

  /** Forgets one session that this process has just changed. */
  forget(sessionId: SessionId): void;

  /** Which sessions were seen since this was asked last. */
  takeSeen(): readonly SeenSession[];
}

type Entry = Readonly<{ key: SessionKey; live: LiveSession; untilMs: number }>;

/** A question to the store that is not answered yet. */
type Question = Readonly<{ key: SessionKey }> & { isSpoilt: boolean };

/**
 * Remembers sessions, bounded in number and time, and forgets what the feed tells of.
 *
 * An answer is kept only if nothing was told of its session, user or tenant
 * since its question was sent: it may be from before the change.
 */
export function createRememberedSessions(deps: RememberedSessionsDeps): RememberedSessions {
  const { sessionStore, feed, stopwatch, rememberedMax = REMEMBERED_MAX } = deps;
  const entries = createEntries(rememberedMax);
  const questions = new Set<Question>();
  const seen = new Map<SessionId, Readonly<{ tenantId: TenantId; atMs: number }>>();

  const note = ({ sessionId, tenantId }: SessionKey): void => {
    if (seen.size < SEEN_MAX) seen.set(sessionId, { tenantId, atMs: stopwatch.elapsedMs() });
  };

  feed.listen({
    onRevoked(revocation) {
      entries.revoke(revocation);
      for (const question of questions) question.isSpoilt ||= concerns(revocation, question.key);
    },
    onReset() {
      entries.clear();
      for (const question of questions) question.isSpoilt = true;
    },
  });

  return {
    find(key) {
      const entry = entries.get(key.sessionId);
      if (!entry || !isSame(entry.key, key) || !feed.isFresh()) return null;
      if (stopwatch.elapsedMs() >= entry.untilMs) return null;
      note(key);
      return entry.live;
    },

    async look(key) {
      const question: Question = { key, isSpoilt: false };
      const sentAtMs = stopwatch.elapsedMs();
      questions.add(question);
      try {
        const check = await sessionStore.look(key.tenantId, key.sessionId, key.userId);
        if (check.kind !== 'live') return check;
        note(key);
        const untilMs = sentAtMs + Math.min(REMEMBERED_MS, check.remainingMs);
        if (!question.isSpoilt) entries.put({ key, live: check, untilMs });
        return check;
      } finally {
        questions.delete(question);
      }
    },

    forget(sessionId) {
      entries.drop(sessionId);
      for (const question of questions) question.isSpoilt ||= question.key.sessionId === sessionId;
    },

    takeSeen() {
      const nowMs = stopwatch.elapsedMs();
      const taken = [...seen].map(([sessionId, { tenantId, atMs }]) => ({
        ...{ tenantId, sessionId },
        ageMs: nowMs - atMs,
      }));
      seen.clear();
      return taken;
    },
  };
}

/** Entries by session, and which of them are whose. */
function createEntries(max: number) {
  const bySession = new Map<SessionId, Entry>();
  const byUser = new Map<UserId, Set<SessionId>>();

  const drop = (sessionId: SessionId): void => {
    const entry = bySession.get(sessionId);
    if (!entry) return;
    bySession.delete(sessionId);
    const others = byUser.get(entry.key.userId);
    others?.delete(sessionId);
    if (others?.size === 0) byUser.delete(entry.key.userId);
  };

  const clear = (): void => {
    bySession.clear();
    byUser.clear();
  };

  const dropAllOf = (tenantId: TenantId): void => {
    for (const [sessionId, { key }] of bySession) if (key.tenantId === tenantId) drop(sessionId);
  };

  return {
    ...{ drop, clear },
    get: (sessionId: SessionId): Entry | undefined => bySession.get(sessionId),

    put(entry: Entry): void {
      const { sessionId, userId } = entry.key;
      drop(sessionId);
      // The first of a map is the one that was put there first: none is much younger than another.
      const [oldest] = bySession.size >= max ? bySession.keys() : [];
      if (oldest !== undefined) drop(oldest);
      bySession.set(sessionId, entry);
      const others = byUser.get(userId);
      if (others) others.add(sessionId);
      else byUser.set(userId, new Set([sessionId]));
    },

    revoke(revocation: Revocation): void {
      if (revocation.kind === 'session') drop(revocation.sessionId);
      if (revocation.kind === 'user') byUser.get(revocation.userId)?.forEach(drop);
      if (revocation.kind === 'tenant') dropAllOf(revocation.tenantId);
    },
  };
}

function concerns(revocation: Revocation, key: SessionKey): boolean {
  if (revocation.kind === 'session') return revocation.sessionId === key.sessionId;
  if (revocation.kind === 'user') return revocation.userId === key.userId;
  return revocation.kind === 'tenant' && revocation.tenantId === key.tenantId;
}

function isSame(left: SessionKey, right: SessionKey): boolean {
  return left.userId === right.userId && left.tenantId === right.tenantId;
}
