import { sql } from 'drizzle-orm';
import { foreignKey, index, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { EmailAddress } from '../../../core/kernel/email-address.ts';
import type { Locale } from '../../../core/kernel/locale.ts';
import type { OneTimeKind } from '../../../core/kernel/one-time-text.ts';
import type { Username } from '../../../core/users/index.ts';
import { bytea, gatehouse, instant, tenantId } from './columns.ts';
import { tenants } from './tenants.ts';

export const openRegistrations = gatehouse.table(
  'open_registrations',
  {
    tenantId: tenantId(),
    id: uuid('id').notNull(),
    email: text('email').$type<EmailAddress>().notNull(),
    passwordHash: text('password_hash').notNull(),
    name: text('name'),
    username: text('username').$type<Username>(),
    locale: text('locale').$type<Locale>(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    expiresAt: instant('expires_at').notNull(),
    closedAt: instant('closed_at'),
  },
  (table) => [
    primaryKey({ name: 'open_registrations_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'open_registrations_tenant_fkey',
      columns: [table.tenantId],
      foreignColumns: [tenants.id],
    }),
    index('open_registrations_email_idx').on(table.tenantId, table.email, table.id),
    index('open_registrations_expiry_idx').on(table.expiresAt),
  ],
);

export const oneTimeTokens = gatehouse.table(
  'one_time_tokens',
  {
    tenantId: tenantId(),
    id: uuid('id').notNull(),
    kind: text('kind').$type<OneTimeKind>().notNull(),
    hash: bytea('hash').notNull(),
    subjectId: uuid('subject_id').notNull(),
    email: text('email').$type<EmailAddress>(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    killedAt: instant('killed_at'),
  },
  (table) => [
    primaryKey({ name: 'one_time_tokens_pkey', columns: [table.tenantId, table.id] }),
    unique('one_time_tokens_hash_key').on(table.tenantId, table.hash),
    foreignKey({
      name: 'one_time_tokens_tenant_fkey',
      columns: [table.tenantId],
      foreignColumns: [tenants.id],
    }),
    index('one_time_tokens_subject_idx').on(table.tenantId, table.subjectId),
    index('one_time_tokens_email_idx').on(table.tenantId, table.email),
    index('one_time_tokens_expiry_idx').on(table.expiresAt),
  ],
);

export const invitations = gatehouse.table(
  'invitations',
  {
    tenantId: tenantId(),
    id: uuid('id').notNull(),
    email: text('email').$type<EmailAddress>(),
    roles: text('roles').array().notNull(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    expiresAt: instant('expires_at').notNull(),
    acceptedAt: instant('accepted_at'),
  },
  (table) => [
    primaryKey({ name: 'invitations_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({ name: 'invitations_tenant_fkey', columns: [table.tenantId], foreignColumns: [tenants.id] }),
    index('invitations_expiry_idx').on(table.expiresAt),
  ],
);
