import { eq, sql } from 'drizzle-orm';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { TenantRepository } from '../../core/tenants/index.ts';
import { tenants } from './schema/tenants.ts';
import { tenantColumns } from './tenant-directory.ts';
import type { Transaction } from './transaction.ts';

/** Names the lock that all processes of one database share for first-start work. */
const INSTALLATION_LOCK = 0x67617465; // "gate"

export function createTenantRepository(tx: Transaction, tenantId: TenantId): TenantRepository {
  return {
    async insert(tenant) {
      const [row] = await tx.insert(tenants).values(tenant).onConflictDoNothing().returning(tenantColumns);
      return row ?? null;
    },

    async lockOwnership() {
      // NO KEY: owners exclude each other, and the foreign keys of everybody else's inserts are not in the way.
      await tx.select({ id: tenants.id }).from(tenants).where(eq(tenants.id, tenantId)).for('no key update');
    },

    async lockInstallation() {
      await tx.execute(sql`SELECT pg_advisory_xact_lock(${INSTALLATION_LOCK})`);
    },
  };
}
