import { and, desc, eq, gt, inArray, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { SessionId, TenantId, UserId } from '../../core/kernel/ids.ts';
import type { Position } from '../../core/kernel/paging.ts';
import type {
  FreshProof,
  SessionEndReason,
  SessionRepository,
  StoredSession,
} from '../../core/sessions/index.ts';
import { sessions } from './schema/sessions.ts';
import { inSeconds, now } from './sql.ts';
import type { Transaction } from './transaction.ts';

const expiresAt =
  sql<Date>`least(${sessions.idleExpiresAt}, ${sessions.absoluteExpiresAt}, ${sessions.inactiveAt})`.mapWith(
    sessions.idleExpiresAt,
  );

const sessionColumns = {
  id: sessions.id,
  tenantId: sessions.tenantId,
  userId: sessions.userId,
  amr: sessions.amr,
  aal: sessions.aal,
  authTime: sessions.authTime,
  deviceName: sessions.deviceName,
  userAgent: sessions.userAgent,
  ip: sessions.ip,
  createdAt: sessions.createdAt,
  lastSeenAt: sessions.lastSeenAt,
  expiresAt,
};

const { ip, userAgent, deviceName, createdAt, lastSeenAt } = sessionColumns;
const recentColumns = { ip, userAgent, deviceName, createdAt, lastSeenAt };

/** Of its refresh tokens, and whether it is live by the database's clock. */
const tokenColumns = {
  secretHash: sessions.secretHash,
  number: sessions.number,
  spentAgeMs: sql<number | null>`floor(date_part('epoch', clock_timestamp() - ${sessions.rotatedAt}) * 1000)`,
  state: sql<StoredSession['state']>`CASE
    WHEN ${sessions.endedAt} IS NOT NULL THEN 'ended'
    WHEN clock_timestamp() >= ${expiresAt} THEN 'expired'
    ELSE 'live' END`,
};

export function createSessionRepository(tx: Transaction, tenantId: TenantId): SessionRepository {
  const { isLive } = conditions(tenantId);

  return {
    ...looks(tx, tenantId),
    ...endings(tx, tenantId),

    async insert({ context, lifetimes, amr, ...session }) {
      const [row] = await tx
        .insert(sessions)
        .values({
          ...session,
          tenantId,
          amr: [...amr],
          ip: context.ip,
          userAgent: context.userAgent,
          idleSeconds: lifetimes.idleSeconds,
          inactivitySeconds: lifetimes.inactivitySeconds,
          idleExpiresAt: inSeconds(lifetimes.idleSeconds),
          absoluteExpiresAt: inSeconds(lifetimes.absoluteSeconds),
          inactiveAt: inSeconds(lifetimes.inactivitySeconds),
        })
        .returning(sessionColumns);
      if (!row) throw new Error('A session that was just inserted was not returned');
      return row;
    },

    async noteContext(id, from, to) {
      const isAsSeen = sql`(${sessions.ip}, ${sessions.userAgent}) IS NOT DISTINCT FROM (${from.ip}::text, ${from.userAgent}::text)`;
      const isOther = sql`(${sessions.ip}, ${sessions.userAgent}) IS DISTINCT FROM (${to.ip}::text, ${to.userAgent}::text)`;
      const noted = await tx
        .update(sessions)
        .set({ ip: to.ip, userAgent: to.userAgent })
        .where(and(isLive, eq(sessions.id, id), isAsSeen, isOther))
        .returning({ id: sessions.id });
      return noted.length > 0;
    },

    async freshen(userId, id, proof) {
      const [row] = await tx
        .update(sessions)
        .set({ authTime: now, stepUpAt: null, ...proved(proof) })
        .where(and(isLive, eq(sessions.userId, userId), eq(sessions.id, id)))
        .returning(sessionColumns);
      return row ?? null;
    },

    async demandStepUp(id) {
      const demanded = await tx
        .update(sessions)
        .set({ stepUpAt: now })
        .where(and(isLive, eq(sessions.id, id), isNull(sessions.stepUpAt)))
        .returning({ id: sessions.id });
      return demanded.length > 0;
    },
  };
}

/** Which rows are the tenant's, and which of them are live. */
function conditions(tenantId: TenantId) {
  const isOurs = eq(sessions.tenantId, tenantId);
  return { isOurs, isLive: and(isOurs, isNull(sessions.endedAt), gt(expiresAt, now)) };
}

/** What changes nothing. */
function looks(
  tx: Transaction,
  tenantId: TenantId,
): Pick<SessionRepository, 'find' | 'listLiveOf' | 'recentOf'> {
  const { isOurs, isLive } = conditions(tenantId);
  return {
    async find(id) {
      const [row] = await tx
        .select({ ...sessionColumns, ...tokenColumns })
        .from(sessions)
        .where(and(isOurs, eq(sessions.id, id)));
      if (!row) return null;
      const { secretHash, number, spentAgeMs, state, ...session } = row;
      return { session, secretHash, number, spentAgeMs, state };
    },

    listLiveOf: (userId, { limit, after }) =>
      tx
        .select(sessionColumns)
        .from(sessions)
        .where(and(isLive, eq(sessions.userId, userId), after ? isBehind(after) : undefined))
        .orderBy(desc(sessions.createdAt), desc(sessions.id))
        .limit(limit),

    recentOf: (userId, limit) =>
      tx
        .select(recentColumns)
        .from(sessions)
        .where(and(isOurs, eq(sessions.userId, userId)))
        .orderBy(desc(sessions.createdAt), desc(sessions.id))
        .limit(limit),
  };
}

/** What ends sessions. */
function endings(
  tx: Transaction,
  tenantId: TenantId,
): Pick<SessionRepository, 'end' | 'endOneOf' | 'endAllOf' | 'endOldestOf'> {
  const { isLive } = conditions(tenantId);
  const end = (reason: SessionEndReason) => tx.update(sessions).set({ endedAt: now, endReason: reason });
  return {
    async end(id, reason) {
      const ended = await end(reason)
        .where(and(isLive, eq(sessions.id, id)))
        .returning({ id: sessions.id });
      return ended.length > 0;
    },

    async endOneOf(userId, id, reason) {
      const ended = await end(reason)
        .where(and(isLive, eq(sessions.userId, userId), eq(sessions.id, id)))
        .returning({ id: sessions.id });
      return ended.length > 0;
    },

    async endAllOf(userId, reason, except) {
      const others = except ? ne(sessions.id, except) : undefined;
      const ended = await end(reason)
        .where(and(isLive, eq(sessions.userId, userId), others))
        .returning({ id: sessions.id });
      return idsOf(ended);
    },

    async endOldestOf(userId: UserId, keep: number) {
      const oldest = await tx
        .select({ id: sessions.id })
        .from(sessions)
        .where(and(isLive, eq(sessions.userId, userId)))
        .orderBy(desc(sessions.createdAt), desc(sessions.id))
        .offset(keep);
      if (oldest.length === 0) return [];
      const ended = await end('device_limit')
        .where(and(isLive, inArray(sessions.id, idsOf(oldest))))
        .returning({ id: sessions.id });
      return idsOf(ended);
    },
  };
}

/** Whether a session comes after that place in a list whose newest is the first. */
function isBehind({ at, id }: Position): SQL {
  return sql`(${sessions.createdAt}, ${sessions.id}) < (${at.toISOString()}::timestamptz, ${id}::uuid)`;
}

/** What a session tells of its sign-in once that much more was proved. */
function proved({ amr, aal }: FreshProof): Readonly<{ amr: SQL; aal: SQL }> {
  const added = sql`${sql.param([...amr])}::text[]`;
  return {
    amr: sql`${sessions.amr} || ARRAY(SELECT method FROM unnest(${added}) AS method WHERE method <> ALL (${sessions.amr}))`,
    aal: sql`greatest(${sessions.aal}, ${aal}::smallint)`,
  };
}

function idsOf(rows: readonly Readonly<{ id: SessionId }>[]): SessionId[] {
  return rows.map(({ id }) => id);
}
