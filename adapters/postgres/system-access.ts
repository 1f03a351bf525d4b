import type pg from 'pg';
import { createQuery } from './query.ts';

/** Jobs over all tenants: the one place, besides the mail queue and the development mailbox, that sees them all. */
export interface SystemAccess {
  /**
   * Removes what nobody can ask for any more, a small batch of each kind:
   * one-time rows and sessions 30 days after their end, finished mails after 30
   * days, counts and devices when they count no more.
   *
   * @returns whether a batch was full, so that there may be more
   */
  sweep(): Promise<boolean>;

  /**
   * Removes a batch of revocations that nobody wants to read any more: those past
   * their `until` that were there already when the batches of the last call
   * ended. So the first call removes none, and however long a transaction took to
   * commit, every process has the time between two calls to read what it changed.
   *
   * @returns whether the batch was full, so that there may be more
   */
  sweepRevocations(): Promise<boolean>;

  /** Makes the audit partitions of the coming months and drops those past retention. Waits for no lock over 100 ms. */
  keepAuditPartitions(retentionMonths: number): Promise<void>;
}

const BATCH = 500;

/** Passes over what a sign-in holds at this moment, and so never waits for it nor it for this. */
const ATTEMPTS_SWEEP = `
  DELETE FROM gatehouse.attempt_counts WHERE (tenant_id, key) IN (
    SELECT tenant_id, key FROM gatehouse.attempt_counts WHERE expires_at < clock_timestamp()
    LIMIT $1 FOR UPDATE SKIP LOCKED
  )`;

/** What a dump brought along from a server of other transactions can be nobody's news, and is removed with the rest. */
const REVOCATIONS_SWEEP = `
  DELETE FROM gatehouse.revocations WHERE id IN (
    SELECT id FROM gatehouse.revocations
    WHERE until < clock_timestamp() AND (
      pg_visible_in_snapshot(transaction, $2::pg_snapshot)
      OR transaction >= pg_snapshot_xmax(pg_current_snapshot())
    )
    LIMIT $1
  )`;
const SNAPSHOT = 'SELECT pg_current_snapshot()::text AS snapshot';

/** Each names its table, its key, and what makes a row worthless. Nothing here comes from outside. */
const SWEEPS = [
  sweepOf('one_time_tokens', "expires_at < clock_timestamp() - interval '30 days'"),
  sweepOf('open_registrations', "expires_at < clock_timestamp() - interval '30 days'"),
  sweepOf('invitations', "expires_at < clock_timestamp() - interval '30 days'"),
  sweepOf('sessions', "absolute_expires_at < clock_timestamp() - interval '30 days'"),
  sweepOf('outbox', "finished_at < clock_timestamp() - interval '30 days'"),
  sweepOf('known_devices', 'expires_at < clock_timestamp()'),
  sweepOf('address_targets', 'expires_at < clock_timestamp()', 'tenant_id, address, target'),
  ATTEMPTS_SWEEP,
];

/** @param pool connections that act as `gatehouse_system` */
export function createSystemAccess(pool: pg.Pool): SystemAccess {
  const query = createQuery(pool);
  /** What was there when revocations were swept last. */
  let sweptUpTo: string | null = null;

  return {
    async sweep() {
      let isMoreLikely = false;
      for (const statement of SWEEPS) {
        const { rowCount } = await query(statement, [BATCH]);
        isMoreLikely ||= rowCount === BATCH;
      }
      return isMoreLikely;
    },

    async sweepRevocations() {
      const { rowCount } = await query(REVOCATIONS_SWEEP, [BATCH, sweptUpTo]);
      if (rowCount === BATCH) return true;
      const { rows } = await query<{ snapshot: string }>(SNAPSHOT);
      sweptUpTo = rows[0]?.snapshot ?? null;
      return false;
    },

    async keepAuditPartitions(retentionMonths) {
      await query('SELECT gatehouse.audit_partitions($1)', [retentionMonths]);
    },
  };
}

/** The condition stands outside as well: a row that came back to life while the deletion waited for it stays. */
function sweepOf(table: string, isWorthless: string, key = 'tenant_id, id'): string {
  return `
    DELETE FROM gatehouse.${table} WHERE ${isWorthless} AND (${key}) IN (
      SELECT ${key} FROM gatehouse.${table} WHERE ${isWorthless} LIMIT $1
    )`;
}
