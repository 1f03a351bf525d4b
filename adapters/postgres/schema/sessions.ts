import { sql } from 'drizzle-orm';
import { bigint, foreignKey, index, integer, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import type { SessionId, UserId } from '../../../core/kernel/ids.ts';
import type { AuthenticationMethod, SessionEndReason } from '../../../core/sessions/index.ts';
import { bytea, gatehouse, instant, tenantId } from './columns.ts';
import { users } from './users.ts';

export const sessions = gatehouse.table(
  'sessions',
  {
    tenantId: tenantId(),
    id: uuid('id').$type<SessionId>().notNull(),
    userId: uuid('user_id').$type<UserId>().notNull(),
    /** The number of the one refresh token that is good; every lower one is spent. */
    number: bigint('number', { mode: 'number' }).notNull().default(0),
    secretHash: bytea('secret_hash').notNull(),
    amr: text('amr').array().$type<AuthenticationMethod[]>().notNull(),
    aal: smallint('aal').$type<1 | 2>().notNull(),
    authTime: instant('auth_time').notNull().default(sql`clock_timestamp()`),
    deviceName: text('device_name'),
    userAgent: text('user_agent'),
    ip: text('ip'),
    /** Since when its user is to prove who they are again; `null`: they need not. */
    stepUpAt: instant('step_up_at'),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    lastSeenAt: instant('last_seen_at').notNull().default(sql`clock_timestamp()`),
    /** When the last but one refresh token was first spent; `null` before the first use. */
    rotatedAt: instant('rotated_at'),
    idleSeconds: integer('idle_seconds').notNull(),
    inactivitySeconds: integer('inactivity_seconds').notNull(),
    idleExpiresAt: instant('idle_expires_at').notNull(),
    absoluteExpiresAt: instant('absolute_expires_at').notNull(),
    inactiveAt: instant('inactive_at').notNull(),
    endedAt: instant('ended_at'),
    endReason: text('end_reason').$type<SessionEndReason>(),
  },
  (table) => [
    primaryKey({ name: 'sessions_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'sessions_user_fkey',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
    index('sessions_user_idx').on(table.tenantId, table.userId, table.createdAt),
    index('sessions_expiry_idx').on(table.absoluteExpiresAt),
  ],
);
