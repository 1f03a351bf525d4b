import { sql } from 'drizzle-orm';
import { index, jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { AuditEventType } from '../../../core/audit/index.ts';
import { bytea, gatehouse, instant, tenantId } from './columns.ts';

/** Partitioned by month of `created_at`; insert and read only for whoever serves. */
export const auditEvents = gatehouse.table(
  'audit_events',
  {
    tenantId: tenantId(),
    id: uuid('id').notNull(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    type: text('type').$type<AuditEventType>().notNull(),
    category: text('category').notNull(),
    severity: text('severity').notNull(),
    outcome: text('outcome').$type<'success' | 'failure'>().notNull(),
    actorType: text('actor_type').notNull(),
    actorId: uuid('actor_id'),
    targetType: text('target_type').notNull(),
    targetId: uuid('target_id'),
    requestId: text('request_id'),
    data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
  },
  (table) => [
    primaryKey({ name: 'audit_events_pkey', columns: [table.tenantId, table.createdAt, table.id] }),
    index('audit_events_actor_idx').on(table.tenantId, table.actorId, table.createdAt),
    index('audit_events_target_idx').on(table.tenantId, table.targetId, table.createdAt),
  ],
);

/** What an event tells of a person: all that erasing them removes. Partitioned like the events. */
export const auditPersonal = gatehouse.table(
  'audit_personal',
  {
    tenantId: tenantId(),
    eventId: uuid('event_id').notNull(),
    createdAt: instant('created_at').notNull(),
    salt: bytea('salt').notNull(),
    ip: text('ip'),
    userAgent: text('user_agent'),
    addresses: jsonb('addresses').$type<Record<string, string>>().notNull().default({}),
  },
  (table) => [
    primaryKey({ name: 'audit_personal_pkey', columns: [table.tenantId, table.createdAt, table.eventId] }),
  ],
);
