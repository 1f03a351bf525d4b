import type { TenantId } from '../../core/kernel/ids.ts';
import type { Clock } from '../../core/kernel/ports.ts';
import type { MailQueue, Outbox, PendingMail } from '../../core/notifications/index.ts';
import type { Database, Draft } from './database.ts';
import type { MailRow, RepositoryContext } from './tables.ts';
import { secondsAfter } from './time.ts';

const CLAIM_SECONDS = 60;
const ATTEMPTS_MAX = 10;
const RETRY_SECONDS_MAX = 3600;

/** The outbox of one tenant, as a draft sees it. */
export function createOutbox({ tables: { mails }, clock, crypto }: RepositoryContext): Outbox {
  return {
    async add(mail) {
      const createdAt = clock.now();
      const id = crypto.newId();
      const expiresAt = secondsAfter(createdAt, mail.lifetimeSeconds);
      const progress = { dueAt: createdAt, attempts: 0, state: 'waiting', lastFailure: null } as const;
      mails.set(id, { id, mail, createdAt, expiresAt, ...progress });
    },
  };
}

/** The worker's side of every tenant's outbox. */
export function createMailQueue(database: Database, clock: Clock): MailQueue {
  const settle = (mail: PendingMail, change: (row: MailRow) => MailRow): Promise<void> =>
    database.transact(async ({ tablesOf }) => {
      const { mails } = tablesOf(mail.tenantId);
      const row = mails.get(mail.id);
      if (row?.state === 'waiting') mails.set(mail.id, change(row));
    });

  return {
    claim(limit) {
      return database.transact(async (draft) => {
        const now = clock.now();
        buryExpired(draft, now);
        const due = waiting(draft).filter(({ row }) => row.dueAt <= now);
        due.sort((left, right) => left.row.dueAt.getTime() - right.row.dueAt.getTime());
        return due.slice(0, limit).map(({ tenantId, row }) => claimed(draft, tenantId, row, now));
      });
    },
    finish(mail) {
      return settle(mail, (row) => ({ ...withoutToken(row), state: 'sent' }));
    },
    fail(mail, reason) {
      return settle(mail, (row) => {
        const failed = { ...row, lastFailure: reason };
        if (row.attempts >= ATTEMPTS_MAX) return { ...withoutToken(failed), state: 'buried' };
        return { ...failed, dueAt: secondsAfter(clock.now(), retrySeconds(row.attempts)) };
      });
    },
  };
}

type Waiting = Readonly<{ tenantId: TenantId; row: MailRow }>;

function waiting({ globals, tablesOf }: Draft): Waiting[] {
  return [...globals.tenants.keys()].flatMap((tenantId) =>
    [...tablesOf(tenantId).mails.values()]
      .filter(({ state }) => state === 'waiting')
      .map((row) => ({ tenantId, row })),
  );
}

function buryExpired(draft: Draft, now: Date): void {
  for (const { tenantId, row } of waiting(draft)) {
    if (row.expiresAt > now) continue;
    draft.tablesOf(tenantId).mails.set(row.id, { ...withoutToken(row), state: 'buried' });
  }
}

function claimed({ globals, tablesOf }: Draft, tenantId: TenantId, row: MailRow, now: Date): PendingMail {
  const { id, mail, createdAt, attempts } = row;
  const { template, to, facts, token } = mail;
  const dueAt = secondsAfter(now, CLAIM_SECONDS);
  tablesOf(tenantId).mails.set(id, { ...row, attempts: attempts + 1, dueAt });
  const tenantName = globals.tenants.get(tenantId)?.name ?? '';
  return { id, tenantId, tenantName, template, to, facts, token, attempts, createdAt };
}

function withoutToken(row: MailRow): MailRow {
  return { ...row, mail: { ...row.mail, token: null } };
}

/** Twice as long after each attempt, at most an hour. */
function retrySeconds(attempts: number): number {
  return Math.min(5 * 2 ** attempts, RETRY_SECONDS_MAX);
}
