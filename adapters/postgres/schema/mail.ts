import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import type { EmailAddress } from '../../../core/kernel/email-address.ts';
import type { MailStatus, MailTemplate } from '../../../core/notifications/index.ts';
import { bytea, gatehouse, instant, tenantId } from './columns.ts';
import { tenants } from './tenants.ts';

export const outbox = gatehouse.table(
  'outbox',
  {
    tenantId: tenantId(),
    id: uuid('id').notNull(),
    template: text('template').$type<MailTemplate>().notNull(),
    recipient: text('recipient').$type<EmailAddress>().notNull(),
    facts: jsonb('facts').$type<Record<string, string>>().notNull(),
    /** The link's secret, sealed; erased when the mail is sent, dead or expired. */
    sealedToken: bytea('sealed_token'),
    status: text('status').$type<MailStatus>().notNull().default('waiting'),
    attempts: integer('attempts').notNull().default(0),
    /** To the microsecond: two mails of one transaction leave in the order in which they were queued. */
    createdAt: timestamp('created_at', { withTimezone: true, mode: 'date' })
      .notNull()
      .default(sql`clock_timestamp()`),
    dueAt: instant('due_at').notNull().default(sql`clock_timestamp()`),
    /** Until then a worker has it in hand. */
    claimedUntil: instant('claimed_until'),
    expiresAt: instant('expires_at').notNull(),
    finishedAt: instant('finished_at'),
    lastError: text('last_error'),
  },
  (table) => [
    primaryKey({ name: 'outbox_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({ name: 'outbox_tenant_fkey', columns: [table.tenantId], foreignColumns: [tenants.id] }),
    index('outbox_due_idx').on(table.dueAt).where(sql`${table.status} = 'waiting'`),
    index('outbox_expiry_idx').on(table.expiresAt).where(sql`${table.status} = 'waiting'`),
    index('outbox_recipient_idx')
      .on(table.tenantId, table.recipient, table.createdAt, table.id)
      .where(sql`${table.status} = 'waiting'`),
    index('outbox_claimed_idx')
      .on(table.tenantId, table.recipient, table.claimedUntil)
      .where(sql`${table.status} = 'waiting' and ${table.claimedUntil} is not null`),
    index('outbox_received_idx')
      .on(table.tenantId, table.recipient, table.finishedAt)
      .where(sql`${table.status} in ('sent', 'dead')`),
    index('outbox_status_idx').on(table.status, table.createdAt, table.id),
    index('outbox_finished_idx').on(table.finishedAt),
    check(
      'outbox_status_check',
      sql`${table.status} in ('waiting', 'sent', 'dead', 'expired', 'suppressed')`,
    ),
    check('outbox_secret_check', sql`${table.status} = 'waiting' or ${table.sealedToken} is null`),
  ],
);

export const devMails = gatehouse.table(
  'dev_mails',
  {
    tenantId: tenantId(),
    id: uuid('id').notNull(),
    recipient: text('recipient').$type<EmailAddress>().notNull(),
    template: text('template').$type<MailTemplate>().notNull(),
    subject: text('subject').notNull(),
    text: text('text').notNull(),
    html: text('html').notNull(),
    links: jsonb('links').$type<string[]>().notNull(),
    token: text('token'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'dev_mails_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({ name: 'dev_mails_tenant_fkey', columns: [table.tenantId], foreignColumns: [tenants.id] }),
    index('dev_mails_newest_idx').on(table.id),
  ],
);
