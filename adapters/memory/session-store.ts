import type { SessionId, TenantId } from '../../core/kernel/ids.ts';
import type { Clock, CryptoPrimitives } from '../../core/kernel/ports.ts';
import type {
  LiveSession,
  RotationOutcome,
  RotationRejection,
  SessionAge,
  SessionStore,
} from '../../core/sessions/index.ts';
import type { Tenant } from '../../core/tenants/index.ts';
import type { User } from '../../core/users/index.ts';
import type { Database, Draft } from './database.ts';
import { isLive, isUnended, sessionOf } from './sessions.ts';
import type { SessionRow } from './tables.ts';
import { secondsAfter } from './time.ts';

export type SessionStoreDeps = Readonly<{
  database: Database;
  clock: Clock;
  crypto: CryptoPrimitives;
  /** How long the newest spent refresh token still yields its successor; 0: not at all. */
  graceSeconds: number;
}>;

/** The statements of every request with a credential, on an in-process database. */
export function createSessionStore(deps: SessionStoreDeps): SessionStore {
  const { database, clock, crypto } = deps;

  return {
    look(tenantId, sessionId, userId) {
      return database.transact(async (draft) => {
        if (!draft.globals.tenants.has(tenantId)) return { kind: 'no_tenant' };
        const found = find(draft, tenantId, sessionId);
        if (found?.user.id !== userId || !isLive(found.row, found.user, clock.now()))
          return { kind: 'ended' };
        return { kind: 'live', ...live(found), ...ageOf(found.row, clock.now()) };
      });
    },

    noteSeen(seen) {
      return database.transact(async (draft) => {
        for (const { tenantId, sessionId, ageMs } of seen) {
          const found = find(draft, tenantId, sessionId);
          const at = new Date(clock.now().getTime() - ageMs);
          if (!found || !isUnended(found.row, at) || at <= found.row.lastSeenAt) continue;
          store(draft, { ...found, row: seenAt(found.row, at) });
        }
      });
    },

    rotate({ tenantId, sessionId, number, secretHash }) {
      return database.transact(async (draft) => {
        const found = find(draft, tenantId, sessionId);
        if (!found || !crypto.equal(found.row.secretHash, secretHash)) return { kind: 'unknown' };
        return rotate(deps, draft, found, number);
      });
    },
  };
}

type Found = Readonly<{ row: SessionRow; user: User; tenant: Tenant }>;

function find({ globals, tablesOf }: Draft, tenantId: TenantId, sessionId: SessionId): Found | null {
  const tenant = globals.tenants.get(tenantId);
  const row = tablesOf(tenantId).sessions.get(sessionId);
  const user = row && tablesOf(tenantId).users.get(row.facts.userId)?.user;
  return tenant && row && user ? { tenant, row, user } : null;
}

function ageOf(row: SessionRow, now: Date): SessionAge {
  return {
    remainingMs: sessionOf(row).expiresAt.getTime() - now.getTime(),
    authAgeMs: now.getTime() - row.facts.authTime.getTime(),
    isStepUpDue: row.stepUpAt !== null,
  };
}

function rotate(deps: SessionStoreDeps, draft: Draft, found: Found, number: number): RotationOutcome {
  const { row, user, tenant } = found;
  const now = deps.clock.now();
  if (tenant.status === 'suspended') return { kind: 'tenant_suspended' };
  const reason = rejectionOf(found, number, now);
  if (reason) return { kind: 'rejected', reason, userId: user.id };
  if (number === row.number)
    return { kind: 'rotated', ...store(draft, { ...found, row: rotatedAt(row, now) }) };
  return isRepetition(row, number, deps.graceSeconds, now)
    ? { kind: 'repeated', ...live(found) }
    : { kind: 'reused', userId: user.id };
}

function rejectionOf({ row, user }: Found, number: number, now: Date): RotationRejection | null {
  if (row.end) return 'ended';
  if (!isUnended(row, now)) return 'expired';
  if (user.status !== 'active') return 'user_inactive';
  return number > row.number ? 'ahead' : null;
}

/** The newest spent number, its successor unused, and the grace since its first use not over. */
function isRepetition(row: SessionRow, number: number, graceSeconds: number, now: Date): boolean {
  if (number !== row.number - 1 || !row.rotatedAt) return false;
  return now < secondsAfter(row.rotatedAt, graceSeconds);
}

function store(draft: Draft, found: Found): LiveSession {
  draft.tablesOf(found.tenant.id).sessions.set(found.row.facts.id, found.row);
  return live(found);
}

function live({ row, user, tenant }: Found): LiveSession {
  return { session: sessionOf(row), user, tenant };
}

function seenAt(row: SessionRow, now: Date): SessionRow {
  return { ...row, lastSeenAt: now, inactiveUntil: secondsAfter(now, row.lifetimes.inactivitySeconds) };
}

function rotatedAt(row: SessionRow, now: Date): SessionRow {
  const idleUntil = secondsAfter(now, row.lifetimes.idleSeconds);
  return { ...seenAt(row, now), idleUntil, number: row.number + 1, rotatedAt: now };
}
