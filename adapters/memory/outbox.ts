import type { TenantId } from '../../core/kernel/ids.ts';
import type { Clock } from '../../core/kernel/ports.ts';
import {
  BEGIN_WITHIN_SECONDS,
  CAPPED_MAILS_PER_HOUR,
  CLAIM_SECONDS,
  type MailContents,
  type MailQueue,
  type MailStatus,
  ON_REQUEST_TEMPLATES,
  type Outbox,
  type PendingMail,
  SIGN_IN_TEMPLATES,
  THEFT_TEMPLATES,
} from '../../core/notifications/index.ts';
import type { Database, Draft } from './database.ts';
import type { MailRow, RepositoryContext } from './tables.ts';
import { secondsAfter } from './time.ts';

const HOUR_SECONDS = 3600;
const CAPPED = [ON_REQUEST_TEMPLATES, SIGN_IN_TEMPLATES, THEFT_TEMPLATES];

/** The outbox of one tenant, as a draft sees it. */
export function createOutbox({ tables: { mails }, clock, crypto }: RepositoryContext): Outbox {
  return {
    async add(mail) {
      const createdAt = clock.now();
      const id = crypto.newId();
      const expiresAt = secondsAfter(createdAt, mail.lifetimeSeconds);
      const progress = {
        dueAt: createdAt,
        claimedUntil: null,
        attempts: 0,
        finishedAt: null,
        lastError: null,
      };
      mails.set(id, { id, mail, createdAt, expiresAt, ...progress, status: 'waiting' });
    },
  };
}

export type MailQueueDeps = Readonly<{
  database: Database;
  clock: Clock;
  /** Whether the development mailbox holds a mail. */
  isShown(mailId: string): boolean;
}>;

/** The worker's side of every tenant's outbox. */
export function createMailQueue({ database, clock, isShown }: MailQueueDeps): MailQueue {
  const settle = (
    { tenantId, id }: PendingMail,
    isStill: (row: MailRow) => boolean,
    change: (row: MailRow, lane: Lane) => void,
  ): Promise<void> =>
    database.transact(async (draft) => {
      const row = draft.tablesOf(tenantId).mails.get(id);
      if (row && isStill(row)) change(row, laneOf(draft, tenantId, row));
    });
  const isMine =
    ({ attempts }: PendingMail) =>
    (row: MailRow) =>
      row.status === 'waiting' && row.attempts === attempts + 1;
  const end = (row: MailRow, lane: Lane, status: MailStatus, lastError: string | null): void => {
    const now = clock.now();
    lane.put({ ...ended(row, status, now), lastError });
    for (const other of lane.waiting())
      if (other.id !== row.id && other.dueAt > now) lane.put({ ...other, dueAt: now });
  };

  return {
    claim: (limit) => database.transact(async (draft) => claim(draft, clock.now(), limit)),
    finish: (mail) =>
      settle(
        mail,
        ({ status }) => status !== 'sent',
        (row, lane) => end(row, lane, 'sent', null),
      ),
    bury: (mail, reason) => settle(mail, isMine(mail), (row, lane) => end(row, lane, 'dead', reason)),
    putBack: (mail, reason, delaySeconds) =>
      settle(mail, isMine(mail), (row, lane) => {
        const dueAt = secondsAfter(clock.now(), delaySeconds);
        lane.put({ ...row, dueAt, claimedUntil: null, lastError: reason });
        for (const other of lane.waiting()) if (other.dueAt < dueAt) lane.put({ ...other, dueAt });
      }),
    async listUnshown(limit) {
      const draft = database.committed();
      const unshown = rowsOf(draft).filter(
        ({ row }) =>
          (row.status === 'waiting' || row.status === 'suppressed') &&
          row.expiresAt > clock.now() &&
          !isShown(row.id),
      );
      return unshown.slice(0, limit).map(({ tenantId, row }) => contentsOf(draft, tenantId, row));
    },
    async backlog() {
      const rows = rowsOf(database.committed()).map(({ row }) => row);
      const waiting = rows.filter((row) => isLive(row, clock.now()));
      const ages = waiting.map(({ createdAt }) => secondsBetween(createdAt, clock.now()));
      return {
        waiting: waiting.length,
        dead: rows.filter(({ status }) => status === 'dead').length,
        suppressed: rows.filter(({ status }) => status === 'suppressed').length,
        oldestWaitingSeconds: Math.max(0, ...ages),
      };
    },
  };
}

/** The mails to one recipient of a tenant. */
type Lane = Readonly<{
  all(): readonly MailRow[];
  /** In the order in which they were queued. */
  waiting(): readonly MailRow[];
  put(row: MailRow): void;
}>;

type Placed = Readonly<{ tenantId: TenantId; row: MailRow }>;

/** Every row, tenant by tenant, in the order in which they were queued. */
export function rowsOf({ globals, tablesOf }: Draft): readonly Placed[] {
  return [...globals.tenants.keys()].flatMap((tenantId) =>
    [...tablesOf(tenantId).mails.values()].map((row) => ({ tenantId, row })),
  );
}

function laneOf({ tablesOf }: Draft, tenantId: TenantId, { mail: { to } }: MailRow): Lane {
  const { mails } = tablesOf(tenantId);
  const all = () => [...mails.values()].filter(({ mail }) => mail.to === to);
  return {
    all,
    waiting: () => all().filter(({ status }) => status === 'waiting'),
    put: (row) => void mails.set(row.id, row),
  };
}

function claim(draft: Draft, now: Date, limit: number): readonly PendingMail[] {
  for (const { tenantId, row } of rowsOf(draft)) {
    const lane = laneOf(draft, tenantId, row);
    if (row.status !== 'waiting' || isClaimed(row, now)) continue;
    if (row.expiresAt <= now) lane.put(ended(row, 'expired', now));
    else if (row.dueAt <= now && isTooMuch(row, lane, now)) lane.put(ended(row, 'suppressed', now));
  }
  const heads = rowsOf(draft).flatMap(({ tenantId, row }) => {
    const waiting = laneOf(draft, tenantId, row).waiting();
    const live = waiting.filter((other) => isLive(other, now));
    if (live[0]?.id !== row.id || waiting.some((other) => isClaimed(other, now))) return [];
    const dueAt = Math.min(...live.map((other) => other.dueAt.getTime()));
    return dueAt <= now.getTime() ? [{ tenantId, row, dueAt }] : [];
  });
  heads.sort((left, right) => left.dueAt - right.dueAt);
  return heads.slice(0, limit).map(({ tenantId, row }) => claimed(draft, tenantId, row, now));
}

function claimed(draft: Draft, tenantId: TenantId, row: MailRow, now: Date): PendingMail {
  const until = secondsAfter(now, CLAIM_SECONDS);
  const { mails } = draft.tablesOf(tenantId);
  mails.set(row.id, { ...row, attempts: row.attempts + 1, dueAt: until, claimedUntil: until });
  return {
    ...contentsOf(draft, tenantId, row),
    attempts: row.attempts,
    ageSeconds: secondsBetween(row.createdAt, now),
    sendWithinSeconds: Math.min(secondsBetween(now, row.expiresAt), BEGIN_WITHIN_SECONDS),
  };
}

function contentsOf({ globals }: Draft, tenantId: TenantId, { id, mail, createdAt }: MailRow): MailContents {
  const { template, to, facts, token } = mail;
  const tenant = globals.tenants.get(tenantId);
  const tenantName = tenant?.settings.branding?.name ?? tenant?.name ?? '';
  return { id, tenantId, tenantName, template, to, facts, token, createdAt };
}

/** Whether it would be one too many for its recipient: those before it and those sent within the hour count. */
function isTooMuch(row: MailRow, lane: Lane, now: Date): boolean {
  const together = CAPPED.find((list) => list.includes(row.mail.template));
  if (row.attempts > 0 || !together) return false;
  const isCapped = ({ mail }: MailRow) => together.includes(mail.template);
  const waiting = lane.waiting();
  const ahead = waiting.slice(
    0,
    waiting.findIndex(({ id }) => id === row.id),
  );
  const since = secondsAfter(now, -HOUR_SECONDS);
  const sent = lane
    .all()
    .filter(
      ({ status, finishedAt }) =>
        (status === 'sent' || status === 'dead') && finishedAt && finishedAt > since,
    );
  const taken = [...ahead.filter((other) => isLive(other, now)), ...sent].filter(isCapped);
  return taken.length >= CAPPED_MAILS_PER_HOUR;
}

function isLive({ status, expiresAt }: MailRow, now: Date): boolean {
  return status === 'waiting' && expiresAt > now;
}

function isClaimed({ claimedUntil }: MailRow, now: Date): boolean {
  return claimedUntil !== null && claimedUntil > now;
}

/** The row when it waits no more: its secret is erased. */
function ended(row: MailRow, status: MailStatus, finishedAt: Date): MailRow {
  return { ...row, mail: { ...row.mail, token: null }, status, finishedAt, claimedUntil: null };
}

function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1000;
}
