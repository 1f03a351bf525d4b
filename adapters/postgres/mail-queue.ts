import type pg from 'pg';
import { fromUtf8 } from '../../core/kernel/bytes.ts';
import type { EmailAddress } from '../../core/kernel/email-address.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { type SecretBox, SecretUnreadable } from '../../core/kernel/ports.ts';
import type { MailQueue, MailTemplate, PendingMail } from '../../core/notifications/index.ts';
import { outboxContext } from './outbox.ts';
import { createQuery } from './query.ts';

const ATTEMPTS_MAX = 12;
const BACKOFF_SECONDS = 5;
const BACKOFF_SECONDS_MAX = 2 * 60 * 60; // 2 hours

const BURY_EXPIRED = `
  UPDATE gatehouse.outbox SET status = 'expired', sealed_token = NULL, finished_at = clock_timestamp()
  WHERE status = 'waiting' AND expires_at <= clock_timestamp()`;

// SKIP LOCKED: of concurrent claims each passes over what another is just taking.
const CLAIM = `
  WITH due AS (
    SELECT o.tenant_id, o.id FROM gatehouse.outbox o
    WHERE o.status = 'waiting' AND o.due_at <= clock_timestamp() AND o.expires_at > clock_timestamp()
    ORDER BY o.due_at, o.id LIMIT $1 FOR UPDATE SKIP LOCKED
  )
  UPDATE gatehouse.outbox o
  SET due_at = clock_timestamp() + interval '1 minute', attempts = o.attempts + 1
  FROM due, gatehouse.tenants t
  WHERE o.tenant_id = due.tenant_id AND o.id = due.id AND t.id = o.tenant_id
  RETURNING o.tenant_id, o.id, o.template, o.recipient, o.facts, o.sealed_token, o.attempts, o.created_at,
    coalesce(t.settings -> 'branding' ->> 'name', t.name) AS tenant_name`;

const FINISH = `
  UPDATE gatehouse.outbox SET status = 'sent', sealed_token = NULL, finished_at = clock_timestamp(), last_error = NULL
  WHERE tenant_id = $1 AND id = $2 AND status = 'waiting'`;

const FAIL = `
  UPDATE gatehouse.outbox SET last_error = $3,
    status = CASE WHEN attempts >= $4 THEN 'dead' ELSE 'waiting' END,
    sealed_token = CASE WHEN attempts >= $4 THEN NULL ELSE sealed_token END,
    finished_at = CASE WHEN attempts >= $4 THEN clock_timestamp() END,
    due_at = clock_timestamp() + make_interval(secs => $5)
  WHERE tenant_id = $1 AND id = $2 AND status = 'waiting'`;

type ClaimedRow = Readonly<{
  tenant_id: TenantId;
  id: string;
  template: MailTemplate;
  recipient: EmailAddress;
  facts: Record<string, string>;
  sealed_token: Buffer | null;
  attempts: number;
  created_at: Date;
  tenant_name: string;
}>;

export type MailQueueDeps = Readonly<{
  /** Connections that act as `gatehouse_system`. */
  pool: pg.Pool;
  box: SecretBox;
  /** A number from 0 up to 1, to spread retries. */
  random(): number;
}>;

export function createMailQueue({ pool, box, random }: MailQueueDeps): MailQueue {
  const query = createQuery(pool);

  return {
    async claim(limit) {
      await query(BURY_EXPIRED);
      const { rows } = await query<ClaimedRow>(CLAIM, [limit]);
      const claimed: PendingMail[] = [];
      for (const row of rows) {
        const mail = toPendingMail(row, box);
        if (mail) claimed.push(mail);
        else await query(FAIL, [row.tenant_id, row.id, 'secret_unreadable', 0, 0]);
      }
      return claimed.sort((left, right) => (left.id < right.id ? -1 : 1));
    },

    async finish({ tenantId, id }) {
      await query(FINISH, [tenantId, id]);
    },

    async fail({ tenantId, id, attempts }, reason) {
      const backoffSeconds =
        Math.min(BACKOFF_SECONDS * 2 ** attempts, BACKOFF_SECONDS_MAX) * (0.5 + random());
      await query(FAIL, [tenantId, id, reason, ATTEMPTS_MAX, backoffSeconds]);
    },
  };
}

/** The mail with its secret opened, or `null` when no key at hand opens it: then it can never be sent. */
function toPendingMail(row: ClaimedRow, box: SecretBox): PendingMail | null {
  const { tenant_id: tenantId, id, sealed_token: sealed } = row;
  const mail = {
    id,
    tenantId,
    tenantName: row.tenant_name,
    template: row.template,
    to: row.recipient,
    facts: row.facts,
    attempts: row.attempts - 1,
    createdAt: row.created_at,
  };
  if (!sealed) return { ...mail, token: null };
  try {
    return { ...mail, token: fromUtf8(box.open(new Uint8Array(sealed), outboxContext(tenantId, id))) };
  } catch (error) {
    if (error instanceof SecretUnreadable) return null;
    throw error;
  }
}
