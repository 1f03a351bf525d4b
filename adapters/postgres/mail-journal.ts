import type pg from 'pg';
import type { EmailAddress } from '../../core/kernel/email-address.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { isUuid } from '../../core/kernel/uuid.ts';
import {
  MAIL_STATUSES,
  type MailJournal,
  type MailStatus,
  type MailSummary,
  type MailTemplate,
} from '../../core/notifications/index.ts';
import { createQuery } from './query.ts';

const COLUMNS = `tenant_id, id, recipient, template, status, attempts, created_at,
  CASE WHEN status = 'waiting' THEN due_at END AS due_at, expires_at <= clock_timestamp() AS is_expired, last_error`;

// One short walk of the index for each status.
const LIST = `
  SELECT o.* FROM unnest($1::text[]) AS wanted (status)
  CROSS JOIN LATERAL (
    SELECT ${COLUMNS} FROM gatehouse.outbox
    WHERE status = wanted.status ORDER BY created_at DESC, id DESC LIMIT $2
  ) o
  ORDER BY o.created_at DESC, o.id DESC LIMIT $2`;

const FIND = `SELECT ${COLUMNS} FROM gatehouse.outbox WHERE id = $1`;

const MAKE_WAITING_DUE = `
  UPDATE gatehouse.outbox SET due_at = clock_timestamp()
  WHERE id = $1 AND status = 'waiting' AND expires_at > clock_timestamp()`;

const BEGIN_ANEW = `
  UPDATE gatehouse.outbox
  SET status = 'waiting', attempts = 0, due_at = clock_timestamp(), claimed_until = NULL, finished_at = NULL
  WHERE id = $1 AND status = 'dead' AND expires_at > clock_timestamp()`;

type SummaryRow = Readonly<{
  tenant_id: TenantId;
  id: string;
  recipient: EmailAddress;
  template: MailTemplate;
  status: MailStatus;
  attempts: number;
  created_at: Date;
  due_at: Date | null;
  is_expired: boolean;
  last_error: string | null;
}>;

/** @param pool connections that act as `gatehouse_system` */
export function createMailJournal(pool: pg.Pool): MailJournal {
  const query = createQuery(pool);

  return {
    async list({ status, limit }) {
      const { rows } = await query<SummaryRow>(LIST, [status === null ? MAIL_STATUSES : [status], limit]);
      return rows.map(summaryOf);
    },
    async find(id) {
      if (!isUuid(id)) return null;
      const { rows } = await query<SummaryRow>(FIND, [id]);
      return rows[0] ? summaryOf(rows[0]) : null;
    },
    async makeDue(id, from) {
      const { rowCount } = await query(from === 'dead' ? BEGIN_ANEW : MAKE_WAITING_DUE, [id]);
      return rowCount === 1;
    },
  };
}

function summaryOf(row: SummaryRow): MailSummary {
  const { id, template, status, attempts } = row;
  return {
    ...{ id, template, status, attempts },
    tenantId: row.tenant_id,
    to: row.recipient,
    createdAt: row.created_at,
    dueAt: row.due_at,
    isExpired: row.is_expired,
    lastError: row.last_error,
  };
}
