import { customType, pgSchema, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { TenantId } from '../../../core/kernel/ids.ts';

/** Everything of ours lives in one schema of its own, so that it can share a database. */
export const gatehouse = pgSchema('gatehouse');

export const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (bytes) => Buffer.from(bytes),
  fromDriver: (buffer) => new Uint8Array(buffer),
});

/** A moment to the millisecond. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** The first column of every key of a tenant's table. */
export const tenantId = () => uuid('tenant_id').$type<TenantId>().notNull();
