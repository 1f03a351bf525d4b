import type { TenantId } from '../../core/kernel/ids.ts';
import type { Clock } from '../../core/kernel/ports.ts';
import type { MailJournal, MailSummary } from '../../core/notifications/index.ts';
import type { Database } from './database.ts';
import { rowsOf } from './outbox.ts';
import type { MailRow } from './tables.ts';

/** The operator's side of every tenant's outbox. */
export function createMailJournal(database: Database, clock: Clock): MailJournal {
  const summaries = () =>
    rowsOf(database.committed()).map(({ tenantId, row }) => summaryOf(tenantId, row, clock.now()));

  return {
    async list({ status, limit }) {
      return summaries()
        .filter((mail) => status === null || mail.status === status)
        .reverse()
        .sort((left, right) => right.createdAt.getTime() - left.createdAt.getTime())
        .slice(0, limit);
    },
    find: async (id) => summaries().find((mail) => mail.id === id) ?? null,
    makeDue: (id, from) =>
      database.transact(async (draft) => {
        const now = clock.now();
        const found = rowsOf(draft).find(({ row }) => row.id === id);
        if (!found || found.row.status !== from || found.row.expiresAt <= now) return false;
        const anew = from === 'dead' ? { attempts: 0, claimedUntil: null, finishedAt: null } : {};
        const row: MailRow = { ...found.row, ...anew, status: 'waiting', dueAt: now };
        draft.tablesOf(found.tenantId).mails.set(id, row);
        return true;
      }),
  };
}

function summaryOf(tenantId: TenantId, row: MailRow, now: Date): MailSummary {
  const { id, mail, status, attempts, createdAt, lastError } = row;
  const { to, template } = mail;
  const dueAt = status === 'waiting' ? row.dueAt : null;
  const isExpired = row.expiresAt <= now;
  return { id, tenantId, to, template, status, attempts, createdAt, dueAt, isExpired, lastError };
}
