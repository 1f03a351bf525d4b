import { sql } from 'drizzle-orm';
import { bigint, check, customType, index, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { TenantId } from '../../../core/kernel/ids.ts';
import type { RevocationKind } from '../../../core/revocation/index.ts';
import { gatehouse, instant } from './columns.ts';

const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** What was changed, for every process to forget what it remembers of it. Of no tenant: each process reads all. */
export const revocations = gatehouse.table(
  'revocations',
  {
    id: bigint('id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    kind: text('kind').$type<RevocationKind>().notNull(),
    /** `null` where the change is of no tenant. */
    tenantId: uuid('tenant_id').$type<TenantId>(),
    /** The session or user that changed; `null` where the tenant itself did, or the keys. */
    subjectId: uuid('subject_id'),
    /** The transaction that wrote it: rows become visible in the order of commits, not of their numbers. */
    transaction: xid8('transaction').notNull().default(sql`pg_current_xact_id()`),
    /** When nobody can want to read it any more. */
    until: instant('until').notNull().default(sql`clock_timestamp() + interval '10 minutes'`),
  },
  (table) => [
    primaryKey({ name: 'revocations_pkey', columns: [table.id] }),
    index('revocations_transaction_idx').on(table.transaction),
    index('revocations_until_idx').on(table.until),
    check('revocations_kind_check', sql`${table.kind} in ('session', 'user', 'tenant', 'signing_keys')`),
  ],
);
