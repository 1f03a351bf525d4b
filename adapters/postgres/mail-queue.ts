import type pg from 'pg';
import { fromUtf8 } from '../../core/kernel/bytes.ts';
import type { EmailAddress } from '../../core/kernel/email-address.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { type SecretBox, SecretUnreadable } from '../../core/kernel/ports.ts';
import {
  type MailBacklog,
  type MailContents,
  type MailQueue,
  type MailTemplate,
  ON_REQUEST_TEMPLATES,
  type PendingMail,
  SIGN_IN_TEMPLATES,
  THEFT_TEMPLATES,
} from '../../core/notifications/index.ts';
import * as sql from './mail-statements.ts';
import { outboxContext } from './outbox.ts';
import { createQuery, type Query } from './query.ts';

type ContentsRow = Readonly<{
  tenant_id: TenantId;
  id: string;
  template: MailTemplate;
  recipient: EmailAddress;
  facts: Record<string, string>;
  sealed_token: Buffer | null;
  created_at: Date;
  tenant_name: string;
}>;

type ClaimedRow = ContentsRow &
  Readonly<{ attempts: number; age_seconds: number; send_within_seconds: number }>;

type BacklogRow = Readonly<{
  waiting: number;
  dead: number;
  suppressed: number;
  oldest_waiting_seconds: number;
}>;

const CAPPED = [ON_REQUEST_TEMPLATES, SIGN_IN_TEMPLATES, THEFT_TEMPLATES];

export type MailQueueDeps = Readonly<{
  /** Connections that act as `gatehouse_system`. */
  pool: pg.Pool;
  box: SecretBox;
}>;

export function createMailQueue({ pool, box }: MailQueueDeps): MailQueue {
  const query = createQuery(pool);

  return {
    async claim(limit) {
      await query(sql.BURY_EXPIRED);
      await query(sql.SUPPRESS, CAPPED);
      const { rows } = await query<ClaimedRow>(sql.CLAIM, [...CAPPED, limit]);
      const claimed = await Promise.all(rows.map((row) => openClaimed(query, box, row)));
      return claimed.filter((mail) => mail !== null);
    },

    async finish({ tenantId, id }) {
      await query(sql.FINISH, [tenantId, id]);
    },

    async putBack({ tenantId, id, attempts }, reason, delaySeconds) {
      await query(sql.PUT_BACK, [tenantId, id, attempts + 1, reason, delaySeconds]);
    },

    async bury({ tenantId, id, attempts }, reason) {
      await query(sql.BURY, [tenantId, id, attempts + 1, reason]);
    },

    async listUnshown(limit) {
      const { rows } = await query<ContentsRow>(sql.LIST_UNSHOWN, [limit]);
      return rows.map((row) => contentsOf(row, openToken(row, box) ?? null));
    },

    async backlog() {
      const { rows } = await query<BacklogRow>(sql.BACKLOG);
      return backlogOf(rows[0]);
    },
  };
}

/** The mail with its secret opened, or `null` when no key at hand opens it: then it can never be sent, and is buried. */
async function openClaimed(query: Query, box: SecretBox, row: ClaimedRow): Promise<PendingMail | null> {
  const token = openToken(row, box);
  if (token === undefined) {
    await query(sql.BURY, [row.tenant_id, row.id, row.attempts, 'secret_unreadable']);
    return null;
  }
  return {
    ...contentsOf(row, token),
    attempts: row.attempts - 1,
    ageSeconds: row.age_seconds,
    sendWithinSeconds: row.send_within_seconds,
  };
}

/** `null`: the mail has none. `undefined`: no key at hand opens it. */
function openToken(
  { tenant_id: tenantId, id, sealed_token: sealed }: ContentsRow,
  box: SecretBox,
): string | null | undefined {
  if (!sealed) return null;
  try {
    return fromUtf8(box.open(new Uint8Array(sealed), outboxContext(tenantId, id)));
  } catch (error) {
    if (error instanceof SecretUnreadable) return undefined;
    throw error;
  }
}

function contentsOf(row: ContentsRow, token: string | null): MailContents {
  const { tenant_id: tenantId, id, template, facts } = row;
  return {
    ...{ id, tenantId, template, facts, token },
    tenantName: row.tenant_name,
    to: row.recipient,
    createdAt: row.created_at,
  };
}

function backlogOf(row: BacklogRow | undefined): MailBacklog {
  const { waiting = 0, dead = 0, suppressed = 0, oldest_waiting_seconds: oldest = 0 } = row ?? {};
  return { waiting, dead, suppressed, oldestWaitingSeconds: oldest };
}
