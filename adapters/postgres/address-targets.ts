import { sql } from 'drizzle-orm';
import type { TenantId } from '../../core/kernel/ids.ts';
import { type AddressTargetRepository, TARGETS_COUNTED_MAX } from '../../core/protection/index.ts';
import type { Transaction } from './transaction.ts';

type CountRow = Readonly<{ others: number; is_known: boolean | null }>;

export function createAddressTargetRepository(tx: Transaction, tenantId: TenantId): AddressTargetRepository {
  return {
    async note({ address, target, windowSeconds }) {
      const [addressHash, targetHash] = [Buffer.from(address), Buffer.from(target)];
      // The outer query sees the rows as they were before: what it counts beside this target are the others.
      const { rows } = await tx.execute<CountRow>(sql`
        WITH noted AS (
          INSERT INTO gatehouse.address_targets AS t (tenant_id, address, target, expires_at)
          VALUES (
            ${tenantId}, ${addressHash}, ${targetHash},
            clock_timestamp() + make_interval(secs => ${windowSeconds})
          )
          ON CONFLICT (tenant_id, address, target) DO UPDATE SET expires_at = excluded.expires_at
        )
        SELECT
          count(*) FILTER (WHERE counting.target <> ${targetHash})::integer AS others,
          bool_or(counting.target = ${targetHash}) AS is_known
        FROM (
          SELECT target FROM gatehouse.address_targets
          WHERE tenant_id = ${tenantId} AND address = ${addressHash} AND expires_at > clock_timestamp()
          LIMIT ${TARGETS_COUNTED_MAX}
        ) counting`);
      const { others = 0, is_known: isKnown = false } = rows[0] ?? {};
      return { targets: Math.min(others + 1, TARGETS_COUNTED_MAX), isNew: !isKnown };
    },
  };
}
