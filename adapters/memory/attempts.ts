import { encodeBase64Url } from '../../core/kernel/base64url.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { Clock, CryptoPrimitives } from '../../core/kernel/ports.ts';
import type {
  Attempt,
  AttemptKey,
  AttemptRefusal,
  AttemptRepository,
  AttemptStore,
} from '../../core/protection/index.ts';
import type { Database } from './database.ts';
import type { AttemptRow, RepositoryContext } from './tables.ts';
import { secondsAfter } from './time.ts';

const PLACE_SECONDS = 30;

type Counts = Map<string, AttemptRow>;

/** Places for guesses in this process. */
export function createAttemptStore(
  database: Database,
  { clock, crypto }: Readonly<{ clock: Clock; crypto: CryptoPrimitives }>,
): AttemptStore {
  const countsOf = (tenantId: TenantId): Counts => database.committed().tablesOf(tenantId).attempts;

  return {
    begin: (tenantId, keys) =>
      database.transact(async ({ tablesOf }) => {
        const { attempts } = tablesOf(tenantId);
        const now = clock.now();
        const rows = keys.map((key) => ({ key, row: liveRow(attempts, key, now) }));
        for (const { key, row } of rows) {
          const refusal = refusalOf(row, key, now);
          if (refusal) return { kind: 'refused', ...refusal };
        }
        const open = rows.filter(({ key, row }) => lockSeconds(row, key, now) === 0);
        const place = crypto.newId();
        for (const { key, row } of open) {
          const places = new Map(row.places).set(place, secondsAfter(now, PLACE_SECONDS));
          attempts.set(nameOf(key.hash), { ...row, places });
        }
        return { kind: 'begun', attempt: { keys, place, isHiddenLocked: open.length < rows.length } };
      }),

    async findLock(tenantId, keys) {
      const now = clock.now();
      const locks = keys.map((key) => ({
        key,
        seconds: lockSeconds(liveRow(countsOf(tenantId), key, now), key, now),
      }));
      const lock = locks.find(({ key, seconds }) => !key.isHidden && seconds > 0);
      return lock ? { key: lock.key, reason: 'locked', retryAfterSeconds: lock.seconds } : null;
    },

    release: (tenantId, attempt) =>
      database.transact(async ({ tablesOf }) => giveBack(tablesOf(tenantId).attempts, attempt, clock.now())),
  };
}

/** How guesses end, as a draft sees them. */
export function createAttemptRepository({
  tables: { attempts },
  clock,
}: RepositoryContext): AttemptRepository {
  return {
    async hold({ keys }, also) {
      const now = clock.now();
      const isLocked = (key: AttemptKey) => lockSeconds(liveRow(attempts, key, now), key, now) > 0;
      const windowSeconds = Math.max(0, ...keys.map((key) => key.windowSeconds));
      const counted = also.filter((hash) => attempts.has(nameOf(hash)));
      const failuresOf = (hash: Uint8Array) =>
        liveRow(attempts, { hash, windowSeconds }, now).failedAt.length;
      return {
        isHiddenLocked: keys.some((key) => key.isHidden && isLocked(key)),
        counted,
        failures: Math.max(0, ...counted.map(failuresOf)),
      };
    },

    async fail(attempt) {
      const now = clock.now();
      giveBack(attempts, attempt, now);
      return attempt.keys.filter((key) => noteFailure(attempts, key, now));
    },

    async succeed(attempt, forget) {
      giveBack(attempts, attempt, clock.now());
      for (const hash of forget) {
        const row = attempts.get(nameOf(hash));
        if (row) attempts.set(nameOf(hash), { ...row, failedAt: [] });
      }
    },
  };
}

/** @returns whether the key is locked by it */
function noteFailure(counts: Counts, key: AttemptKey, now: Date): boolean {
  const row = liveRow(counts, key, now);
  if (row.lockedUntil) return false;
  const failedAt = [...row.failedAt, now];
  const isLocked = failedAt.length >= key.max;
  const lockedUntil = isLocked ? secondsAfter(now, key.windowSeconds) : null;
  counts.set(nameOf(key.hash), { ...row, failedAt: isLocked ? [] : failedAt, lockedUntil });
  return isLocked;
}

function giveBack(counts: Counts, { keys, place }: Attempt, now: Date): void {
  for (const key of keys) {
    const row = liveRow(counts, key, now);
    const places = new Map(row.places);
    places.delete(place);
    counts.set(nameOf(key.hash), { ...row, places });
  }
}

function refusalOf(row: AttemptRow, key: AttemptKey, now: Date): AttemptRefusal | null {
  if (key.isHidden) return null;
  const retryAfterSeconds = lockSeconds(row, key, now);
  if (retryAfterSeconds > 0) return { key, reason: 'locked', retryAfterSeconds };
  const isFull = row.failedAt.length + row.places.size >= key.max;
  return isFull ? { key, reason: 'busy', retryAfterSeconds: 1 } : null;
}

/** 0: not locked. A limit that was lowered to what has failed already is a lock too. */
function lockSeconds({ lockedUntil, failedAt }: AttemptRow, key: AttemptKey, now: Date): number {
  if (lockedUntil) return secondsUntil(lockedUntil, now);
  const decisive = failedAt.at(-key.max);
  return decisive ? secondsUntil(secondsAfter(decisive, key.windowSeconds), now) : 0;
}

/** What still counts of a key; an empty row for one that is not known. */
function liveRow(
  counts: Counts,
  { hash, windowSeconds }: Pick<AttemptKey, 'hash' | 'windowSeconds'>,
  now: Date,
): AttemptRow {
  const row = counts.get(nameOf(hash));
  const isLocked = row?.lockedUntil && row.lockedUntil > now;
  return {
    failedAt: row?.failedAt.filter((at) => secondsAfter(at, windowSeconds) > now) ?? [],
    places: new Map([...(row?.places ?? [])].filter(([, until]) => until > now)),
    lockedUntil: isLocked ? row.lockedUntil : null,
  };
}

function secondsUntil(then: Date, now: Date): number {
  return Math.ceil((then.getTime() - now.getTime()) / 1000);
}

function nameOf(hash: Uint8Array): string {
  return encodeBase64Url(hash);
}
