import type { SessionId, UserId } from '../../core/kernel/ids.ts';
import type { NewSession, Session, SessionEndReason, SessionRepository } from '../../core/sessions/index.ts';
import type { User } from '../../core/users/index.ts';
import type { RepositoryContext, SessionRow } from './tables.ts';
import { earliest, secondsAfter } from './time.ts';

/** The sessions of one tenant, as a draft sees them. */
export function createSessionRepository(context: RepositoryContext): SessionRepository {
  const { tables, clock } = context;
  const { sessions } = tables;
  const end = (id: SessionId, reason: SessionEndReason): boolean => {
    const row = sessions.get(id);
    if (!row || !isUnended(row, clock.now())) return false;
    sessions.set(id, { ...row, end: { at: clock.now(), reason } });
    return true;
  };
  const endable = (userId: UserId): readonly SessionId[] =>
    [...sessions.values()]
      .filter((row) => row.facts.userId === userId && isUnended(row, clock.now()))
      .sort((left, right) => left.facts.createdAt.getTime() - right.facts.createdAt.getTime())
      .map((row) => row.facts.id);

  return {
    async insert(session) {
      if (!tables.users.has(session.userId)) throw new Error('A session of a user who does not exist');
      const row = newRow(context, session);
      sessions.set(session.id, row);
      return sessionOf(row);
    },
    async end(id, reason) {
      return end(id, reason);
    },
    async endOneOf(userId, id, reason) {
      return sessions.get(id)?.facts.userId === userId && end(id, reason);
    },
    async endAllOf(userId, reason, except) {
      return endable(userId).filter((id) => id !== except && end(id, reason));
    },
    async endOldestOf(userId, keep) {
      const ids = endable(userId);
      return ids.slice(0, Math.max(0, ids.length - keep)).filter((id) => end(id, 'device_limit'));
    },
  };
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
    end: null,
  };
}
