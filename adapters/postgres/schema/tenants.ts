import { sql } from 'drizzle-orm';
import { check, index, jsonb, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { TenantId } from '../../../core/kernel/ids.ts';
import type { TenantSettings, TenantSlug } from '../../../core/tenants/index.ts';
import type { JwtAlgorithm, PublicJwk } from '../../../core/tokens/index.ts';
import { bytea, gatehouse, instant } from './columns.ts';

export const tenants = gatehouse.table(
  'tenants',
  {
    id: uuid('id').$type<TenantId>().notNull(),
    slug: text('slug').$type<TenantSlug>().notNull(),
    name: text('name').notNull(),
    status: text('status').$type<'active' | 'suspended'>().notNull().default('active'),
    settings: jsonb('settings').$type<TenantSettings>().notNull().default({}),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    updatedAt: instant('updated_at').notNull().default(sql`clock_timestamp()`),
  },
  (table) => [
    primaryKey({ name: 'tenants_pkey', columns: [table.id] }),
    unique('tenants_slug_key').on(table.slug),
    index('tenants_cors_origins_idx').using('gin', sql`(${table.settings} -> 'cors_origins')`),
    check('tenants_status_check', sql`${table.status} in ('active', 'suspended')`),
  ],
);

export const signingKeys = gatehouse.table(
  'signing_keys',
  {
    kid: text('kid').notNull(),
    algorithm: text('algorithm').$type<JwtAlgorithm>().notNull(),
    state: text('state').$type<'next' | 'active' | 'retired'>().notNull(),
    publicJwk: jsonb('public_jwk').$type<PublicJwk>().notNull(),
    sealedPrivateKey: bytea('sealed_private_key').notNull(),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
  },
  (table) => [
    primaryKey({ name: 'signing_keys_pkey', columns: [table.kid] }),
    check('signing_keys_state_check', sql`${table.state} in ('next', 'active', 'retired')`),
  ],
);
