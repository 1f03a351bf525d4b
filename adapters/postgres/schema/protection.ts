import { sql } from 'drizzle-orm';
import { foreignKey, index, primaryKey, timestamp, unique, uuid } from 'drizzle-orm/pg-core';
import type { UserId } from '../../../core/kernel/ids.ts';
import { bytea, gatehouse, instant, tenantId } from './columns.ts';
import { tenants } from './tenants.ts';
import { users } from './users.ts';

/** To the microsecond, for a place is known by its moment. */
const moments = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' }).array();

/** Guesses under one key: those that failed lately, and those that are being judged. */
export const attemptCounts = gatehouse.table(
  'attempt_counts',
  {
    tenantId: tenantId(),
    /** SHA-256 of what is counted. */
    key: bytea('key').notNull(),
    failedAt: moments('failed_at').notNull().default(sql`'{}'`),
    /** When each place that is taken expires. */
    places: moments('places').notNull().default(sql`'{}'`),
    lockedUntil: instant('locked_until'),
    /** From then on nothing in the row counts any more. */
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'attempt_counts_pkey', columns: [table.tenantId, table.key] }),
    foreignKey({
      name: 'attempt_counts_tenant_fkey',
      columns: [table.tenantId],
      foreignColumns: [tenants.id],
    }),
    index('attempt_counts_expiry_idx').on(table.expiresAt),
  ],
);

export const knownDevices = gatehouse.table(
  'known_devices',
  {
    tenantId: tenantId(),
    id: uuid('id').notNull(),
    userId: uuid('user_id').$type<UserId>().notNull(),
    secretHash: bytea('secret_hash').notNull(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    lastSeenAt: instant('last_seen_at').notNull().default(sql`clock_timestamp()`),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'known_devices_pkey', columns: [table.tenantId, table.id] }),
    unique('known_devices_secret_key').on(table.tenantId, table.userId, table.secretHash),
    foreignKey({
      name: 'known_devices_user_fkey',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
    index('known_devices_expiry_idx').on(table.expiresAt),
  ],
);

/** Which accounts, or names that nobody has, wrong passwords from one network address were meant for lately. */
export const addressTargets = gatehouse.table(
  'address_targets',
  {
    tenantId: tenantId(),
    /** SHA-256 of the address, as attempts from it are counted. */
    address: bytea('address').notNull(),
    /** SHA-256 of the identifier. */
    target: bytea('target').notNull(),
    /** From then on it does not count any more. */
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'address_targets_pkey', columns: [table.tenantId, table.address, table.target] }),
    foreignKey({
      name: 'address_targets_tenant_fkey',
      columns: [table.tenantId],
      foreignColumns: [tenants.id],
    }),
    index('address_targets_expiry_idx').on(table.expiresAt),
  ],
);
