import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  integer,
  jsonb,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { EmailAddress } from '../../../core/kernel/email-address.ts';
import type { UserId } from '../../../core/kernel/ids.ts';
import type { Locale } from '../../../core/kernel/locale.ts';
import type { Username, UserStatus } from '../../../core/users/index.ts';
import { gatehouse, instant, tenantId } from './columns.ts';
import { tenants } from './tenants.ts';

export const users = gatehouse.table(
  'users',
  {
    tenantId: tenantId(),
    id: uuid('id').$type<UserId>().notNull(),
    email: text('email').$type<EmailAddress>().notNull(),
    emailVerified: boolean('email_verified').notNull(),
    username: text('username').$type<Username>(),
    name: text('name'),
    locale: text('locale').$type<Locale>(),
    picture: text('picture'),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
    status: text('status').$type<UserStatus>().notNull().default('active'),
    passwordHash: text('password_hash'),
    credentialVersion: integer('credential_version').notNull().default(1),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    updatedAt: instant('updated_at').notNull().default(sql`clock_timestamp()`),
    lastLoginAt: instant('last_login_at'),
  },
  (table) => [
    primaryKey({ name: 'users_pkey', columns: [table.tenantId, table.id] }),
    unique('users_email_key').on(table.tenantId, table.email),
    unique('users_username_key').on(table.tenantId, table.username),
    foreignKey({ name: 'users_tenant_fkey', columns: [table.tenantId], foreignColumns: [tenants.id] }),
    check('users_status_check', sql`${table.status} in ('active', 'suspended', 'deleted', 'invited')`),
  ],
);

export const userRoles = gatehouse.table(
  'user_roles',
  {
    tenantId: tenantId(),
    userId: uuid('user_id').$type<UserId>().notNull(),
    role: text('role').notNull(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
  },
  (table) => [
    primaryKey({ name: 'user_roles_pkey', columns: [table.tenantId, table.userId, table.role] }),
    foreignKey({
      name: 'user_roles_user_fkey',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
);
