import { and, desc, eq, inArray, notInArray, sql } from 'drizzle-orm';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { KnownDeviceRepository } from '../../core/protection/index.ts';
import { knownDevices } from './schema/protection.ts';
import { inSeconds, now } from './sql.ts';
import type { Transaction } from './transaction.ts';

const LIFETIME_SECONDS = 365 * 86_400;
/** Devices on which one user is known. */
export const PER_USER_MAX = 10;
/** Makes those go first that were seen once: a program that forgets its cookies is a new device every time. */
const cameBack = sql<boolean>`${knownDevices.lastSeenAt} > ${knownDevices.createdAt} + interval '1 second'`;

export function createKnownDeviceRepository(tx: Transaction, tenantId: TenantId): KnownDeviceRepository {
  return {
    async touch(userId, secretHashes) {
      if (secretHashes.length === 0) return false;
      const rows = await tx
        .update(knownDevices)
        .set({ lastSeenAt: now, expiresAt: inSeconds(LIFETIME_SECONDS) })
        .where(
          and(
            eq(knownDevices.tenantId, tenantId),
            eq(knownDevices.userId, userId),
            inArray(knownDevices.secretHash, [...secretHashes]),
            sql`${knownDevices.expiresAt} > clock_timestamp()`,
          ),
        )
        .returning({ id: knownDevices.id });
      return rows.length > 0;
    },

    async insert({ id, userId, secretHash }) {
      const expiresAt = inSeconds(LIFETIME_SECONDS);
      await tx.insert(knownDevices).values({ tenantId, id, userId, secretHash, expiresAt });
      const isTheirs = and(eq(knownDevices.tenantId, tenantId), eq(knownDevices.userId, userId));
      const newest = tx
        .select({ id: knownDevices.id })
        .from(knownDevices)
        .where(isTheirs)
        .orderBy(desc(cameBack), desc(knownDevices.lastSeenAt), desc(knownDevices.id))
        .limit(PER_USER_MAX);
      await tx.delete(knownDevices).where(and(isTheirs, notInArray(knownDevices.id, newest)));
    },
  };
}
