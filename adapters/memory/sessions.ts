import type { SessionId, UserId } from '../../core/kernel/ids.ts';
import type { Position } from '../../core/kernel/paging.ts';
import type {
  FreshProof,
  NewSession,
  Session,
  SessionContext,
  SessionEndReason,
  SessionRepository,
  StoredSession,
} from '../../core/sessions/index.ts';
import type { User } from '../../core/users/index.ts';
import type { RepositoryContext, SessionRow } from './tables.ts';
import { earliest, secondsAfter } from './time.ts';

/** The sessions of one tenant, as a draft sees them. */
export function createSessionRepository(context: RepositoryContext): SessionRepository {
  const { tables, clock } = context;
  const { sessions } = tables;
  return {
    ...lists(context),
    ...endings(context),
    async insert(session) {
      if (!tables.users.has(session.userId)) throw new Error('A session of a user who does not exist');
      const row = newRow(context, session);
      sessions.set(session.id, row);
      return sessionOf(row);
    },
    async find(id) {
      const row = sessions.get(id);
      return row ? storedSession(row, clock.now()) : null;
    },
    async noteContext(id, from, to) {
      const row = sessions.get(id);
      if (!row || !isUnended(row, clock.now())) return false;
      if (!isSameContext(row.facts, from) || isSameContext(row.facts, to)) return false;
      const { ip, userAgent } = to;
      sessions.set(id, { ...row, facts: { ...row.facts, ip, userAgent } });
      return true;
    },
    async freshen(userId, id, proof) {
      const row = sessions.get(id);
      if (row?.facts.userId !== userId || !isUnended(row, clock.now())) return null;
      const fresh = freshRow(row, proof, clock.now());
      sessions.set(id, fresh);
      return sessionOf(fresh);
    },
    async demandStepUp(id) {
      const row = sessions.get(id);
      if (!row || row.stepUpAt || !isUnended(row, clock.now())) return false;
      sessions.set(id, { ...row, stepUpAt: clock.now() });
      return true;
    },
  };
}

/** What tells of several at once. */
function lists(context: RepositoryContext): Pick<SessionRepository, 'listLiveOf' | 'recentOf'> {
  const { sessions } = context.tables;
  return {
    async listLiveOf(userId, { limit, after }) {
      return endable(context, userId)
        .map(sessionOf)
        .sort(newestFirst)
        .filter((session) => !after || isBehind(session, after))
        .slice(0, limit);
    },
    async recentOf(userId, limit) {
      return [...sessions.values()]
        .filter(({ facts }) => facts.userId === userId)
        .sort((left, right) => newestFirst(left.facts, right.facts))
        .slice(0, limit)
        .map(({ facts: { ip, userAgent, deviceName, createdAt }, lastSeenAt }) => ({
          ...{ ip, userAgent, deviceName, createdAt, lastSeenAt },
        }));
    },
  };
}

/** What ends sessions. */
function endings(
  context: RepositoryContext,
): Pick<SessionRepository, 'end' | 'endOneOf' | 'endAllOf' | 'endOldestOf'> {
  const { clock } = context;
  const { sessions } = context.tables;
  const end = (id: SessionId, reason: SessionEndReason): boolean => {
    const row = sessions.get(id);
    if (!row || !isUnended(row, clock.now())) return false;
    sessions.set(id, { ...row, end: { at: clock.now(), reason } });
    return true;
  };

  return {
    async end(id, reason) {
      return end(id, reason);
    },
    async endOneOf(userId, id, reason) {
      return sessions.get(id)?.facts.userId === userId && end(id, reason);
    },
    async endAllOf(userId, reason, except) {
      return idsOf(endable(context, userId)).filter((id) => id !== except && end(id, reason));
    },
    async endOldestOf(userId, keep) {
      const ids = idsOf(endable(context, userId));
      return ids.slice(0, Math.max(0, ids.length - keep)).filter((id) => end(id, 'device_limit'));
    },
  };
}

/** The sessions of a user that can be ended, the oldest first. */
function endable({ tables, clock }: RepositoryContext, userId: UserId): readonly SessionRow[] {
  return [...tables.sessions.values()]
    .filter((row) => row.facts.userId === userId && isUnended(row, clock.now()))
    .sort((left, right) => left.facts.createdAt.getTime() - right.facts.createdAt.getTime());
}

function idsOf(rows: readonly SessionRow[]): readonly SessionId[] {
  return rows.map(({ facts }) => facts.id);
}

/** A row as the domain knows it. */
export function sessionOf({ facts, lastSeenAt, ...limits }: SessionRow): Session {
  return { ...facts, lastSeenAt, expiresAt: expiryOf(limits) };
}

/** Whether nobody ended a session and none of its limits is reached: at the very second it is. */
export function isUnended(row: SessionRow, now: Date): boolean {
  return row.end === null && now < expiryOf(row);
}

/** Whether a session of `user` can be used: it has not ended, and the user is active. */
export function isLive(row: SessionRow, user: User | undefined, now: Date): boolean {
  return isUnended(row, now) && user?.status === 'active';
}

function freshRow(row: SessionRow, { amr, aal }: FreshProof, now: Date): SessionRow {
  const { facts } = row;
  const proved = {
    amr: [...new Set([...facts.amr, ...amr])],
    aal: facts.aal === 2 ? facts.aal : aal,
    authTime: now,
  };
  return { ...row, facts: { ...facts, ...proved }, stepUpAt: null };
}

type Begun = Pick<Session, 'createdAt' | 'id'>;

/** Whether a session comes after that place in a list whose newest is the first. */
function isBehind({ createdAt, id }: Begun, after: Position): boolean {
  const earlierMs = after.at.getTime() - createdAt.getTime();
  return earlierMs > 0 || (earlierMs === 0 && id < after.id);
}

function newestFirst(left: Begun, right: Begun): number {
  return right.createdAt.getTime() - left.createdAt.getTime() || (left.id < right.id ? 1 : -1);
}

function storedSession(row: SessionRow, now: Date): StoredSession {
  const { secretHash, number, rotatedAt } = row;
  const ended = row.end ? 'ended' : 'expired';
  return {
    ...{ session: sessionOf(row), secretHash, number },
    state: isUnended(row, now) ? 'live' : ended,
    spentAgeMs: rotatedAt && now.getTime() - rotatedAt.getTime(),
  };
}

function isSameContext(left: SessionContext, right: SessionContext): boolean {
  return left.ip === right.ip && left.userAgent === right.userAgent;
}

function expiryOf({
  idleUntil,
  absoluteUntil,
  inactiveUntil,
}: Pick<SessionRow, 'idleUntil' | 'absoluteUntil' | 'inactiveUntil'>): Date {
  return earliest(idleUntil, absoluteUntil, inactiveUntil);
}

function newRow({ tenantId, clock }: RepositoryContext, session: NewSession): SessionRow {
  const { id, userId, secretHash, amr, aal, deviceName, context, lifetimes } = session;
  const now = clock.now();
  const { ip, userAgent } = context;
  return {
    facts: { id, tenantId, userId, amr, aal, authTime: now, deviceName, userAgent, ip, createdAt: now },
    lifetimes,
    lastSeenAt: now,
    idleUntil: secondsAfter(now, lifetimes.idleSeconds),
    absoluteUntil: secondsAfter(now, lifetimes.absoluteSeconds),
    inactiveUntil: secondsAfter(now, lifetimes.inactivitySeconds),
    secretHash,
    number: 0,
    rotatedAt: null,
    stepUpAt: null,
    end: null,
  };
}
