import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { OpenRegistrationRepository } from '../../core/registration/index.ts';
import { openRegistrations } from './schema/sign-up.ts';
import { inSeconds, now } from './sql.ts';
import type { Transaction } from './transaction.ts';

const registrationColumns = {
  id: openRegistrations.id,
  email: openRegistrations.email,
  passwordHash: openRegistrations.passwordHash,
  name: openRegistrations.name,
  username: openRegistrations.username,
  locale: openRegistrations.locale,
};

export function createOpenRegistrationRepository(
  tx: Transaction,
  tenantId: TenantId,
): OpenRegistrationRepository {
  const isOurs = eq(openRegistrations.tenantId, tenantId);
  const isOpen = and(isOurs, isNull(openRegistrations.closedAt), gt(openRegistrations.expiresAt, now));

  return {
    async insert(registration, lifetimeSeconds) {
      await tx
        .insert(openRegistrations)
        .values({ ...registration, tenantId, expiresAt: inSeconds(lifetimeSeconds) });
    },

    async findOpen(id) {
      const [row] = await tx
        .select(registrationColumns)
        .from(openRegistrations)
        .where(and(isOpen, eq(openRegistrations.id, id)));
      return row ?? null;
    },

    listOpen: (email) =>
      tx
        .select(registrationColumns)
        .from(openRegistrations)
        .where(and(isOpen, eq(openRegistrations.email, email)))
        .orderBy(desc(openRegistrations.createdAt), desc(openRegistrations.id)),

    async extend(id, lifetimeSeconds) {
      await tx
        .update(openRegistrations)
        .set({ expiresAt: sql`greatest(${openRegistrations.expiresAt}, ${inSeconds(lifetimeSeconds)})` })
        .where(and(isOpen, eq(openRegistrations.id, id)));
    },

    async closeAllOf(email) {
      await tx
        .update(openRegistrations)
        .set({ closedAt: now })
        .where(and(isOurs, eq(openRegistrations.email, email), isNull(openRegistrations.closedAt)));
    },
  };
}
