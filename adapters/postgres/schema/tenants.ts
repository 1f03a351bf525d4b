import { sql } from 'drizzle-orm';
import { check, index, jsonb, primaryKey, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
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
    /** `null` once it was erased. */
    sealedPrivateKey: bytea('sealed_private_key'),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
    /** Since when it is asked for, of the next one; `null`: the schedule alone decides. */
    askedForAt: instant('asked_for_at'),
    /** Since when it signs; `null` for one that never did. */
    activatedAt: instant('activated_at'),
    /** Since when it signs no more. */
    retiredAt: instant('retired_at'),
    /** From when on nothing verifies with it; `null` while that is not decided. */
    expiresAt: instant('expires_at'),
  },
  (table) => [
    primaryKey({ name: 'signing_keys_pkey', columns: [table.kid] }),
    uniqueIndex('signing_keys_active_idx').on(table.state).where(sql`${table.state} = 'active'`),
    uniqueIndex('signing_keys_next_idx').on(table.state).where(sql`${table.state} = 'next'`),
    check('signing_keys_state_check', sql`${table.state} in ('next', 'active', 'retired')`),
  ],
);
