import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { OneTimeKind } from '../../core/kernel/one-time-text.ts';
import type { CryptoPrimitives } from '../../core/kernel/ports.ts';
import type { OneTimeToken, OneTimeTokenRepository } from '../../core/one-time-tokens/index.ts';
import { oneTimeTokens } from './schema/sign-up.ts';
import { inSeconds, now } from './sql.ts';
import type { Transaction } from './transaction.ts';

const state = sql<OneTimeToken['state']>`CASE
  WHEN ${oneTimeTokens.usedAt} IS NOT NULL OR ${oneTimeTokens.killedAt} IS NOT NULL THEN 'used'
  WHEN ${oneTimeTokens.expiresAt} <= ${now} THEN 'expired'
  ELSE 'live'
END`;

const tokenColumns = {
  id: oneTimeTokens.id,
  kind: oneTimeTokens.kind,
  subjectId: oneTimeTokens.subjectId,
  email: oneTimeTokens.email,
};

export function createOneTimeTokenRepository(
  tx: Transaction,
  tenantId: TenantId,
  crypto: CryptoPrimitives,
): OneTimeTokenRepository {
  const byHash = (kind: OneTimeKind, hash: Uint8Array) =>
    and(eq(oneTimeTokens.tenantId, tenantId), eq(oneTimeTokens.kind, kind), eq(oneTimeTokens.hash, hash));
  const isLive = and(
    isNull(oneTimeTokens.usedAt),
    isNull(oneTimeTokens.killedAt),
    gt(oneTimeTokens.expiresAt, now),
  );

  return {
    async insert({ lifetimeSeconds, ...token }) {
      const expiresAt = inSeconds(lifetimeSeconds);
      await tx.insert(oneTimeTokens).values({ ...token, id: crypto.newId(), tenantId, expiresAt });
    },

    async find(kind, hash) {
      const [row] = await tx
        .select({ ...tokenColumns, state })
        .from(oneTimeTokens)
        .where(byHash(kind, hash));
      return row ?? null;
    },

    // The guard is in the statement: Postgres checks it again under the row
    // lock, so of racing callers all but the first match no row.
    async consume(kind, hash) {
      const [row] = await tx
        .update(oneTimeTokens)
        .set({ usedAt: now })
        .where(and(byHash(kind, hash), isLive))
        .returning(tokenColumns);
      return row ? { ...row, state: 'used' } : null;
    },

    async killAll(kind, of) {
      const about =
        'email' in of ? eq(oneTimeTokens.email, of.email) : eq(oneTimeTokens.subjectId, of.subjectId);
      await tx
        .update(oneTimeTokens)
        .set({ killedAt: now })
        .where(and(eq(oneTimeTokens.tenantId, tenantId), eq(oneTimeTokens.kind, kind), about, isLive));
    },
  };
}
