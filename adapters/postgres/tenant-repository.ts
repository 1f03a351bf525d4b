import { eq, sql } from 'drizzle-orm';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { TenantRepository } from '../../core/tenants/index.ts';
import { tenants } from './schema/tenants.ts';
import { now } from './sql.ts';
import { tenantColumns } from './tenant-directory.ts';
import type { Transaction } from './transaction.ts';

/** Names the lock that all processes of one database share for first-start work. */
const INSTALLATION_LOCK = 0x67617465; // "gate"

export function createTenantRepository(tx: Transaction, tenantId: TenantId): TenantRepository {
  const isOurs = eq(tenants.id, tenantId);

  return {
    async insert(tenant) {
      const [row] = await tx.insert(tenants).values(tenant).onConflictDoNothing().returning(tenantColumns);
      return row ?? null;
    },

    async lock() {
      // NO KEY: changes exclude each other, and the foreign keys of everybody else's inserts are not in the way.
      const [row] = await tx.select(tenantColumns).from(tenants).where(isOurs).for('no key update');
      return row ?? null;
    },

    async replaceSettings(settings) {
      const [row] = await tx
        .update(tenants)
        .set({ settings, updatedAt: now })
        .where(isOurs)
        .returning(tenantColumns);
      if (!row) throw new Error('A tenant whose settings change cannot be found');
      return row;
    },

    async lockOwnership() {
      await tx.select({ id: tenants.id }).from(tenants).where(isOurs).for('no key update');
    },

    async lockInstallation() {
      await tx.execute(sql`SELECT pg_advisory_xact_lock(${INSTALLATION_LOCK})`);
    },
  };
}
