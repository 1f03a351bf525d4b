import { and, desc, eq, gt, inArray, isNull, ne, sql } from 'drizzle-orm';
import type { SessionId, TenantId, UserId } from '../../core/kernel/ids.ts';
import type { SessionEndReason, SessionRepository } from '../../core/sessions/index.ts';
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

export function createSessionRepository(tx: Transaction, tenantId: TenantId): SessionRepository {
  const isOurs = eq(sessions.tenantId, tenantId);
  const isLive = and(isOurs, isNull(sessions.endedAt), gt(expiresAt, now));
  const end = (reason: SessionEndReason) => tx.update(sessions).set({ endedAt: now, endReason: reason });

  return {
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

function idsOf(rows: readonly Readonly<{ id: SessionId }>[]): SessionId[] {
  return rows.map(({ id }) => id);
}
