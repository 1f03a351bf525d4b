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

/** Each names its table, its key, and what makes a row worthless. Nothing here comes from outside. */
const SWEEPS = [
  sweepOf('one_time_tokens', "expires_at < clock_timestamp() - interval '30 days'"),
  sweepOf('open_registrations', "expires_at < clock_timestamp() - interval '30 days'"),
  sweepOf('invitations', "expires_at < clock_timestamp() - interval '30 days'"),
  sweepOf('sessions', "absolute_expires_at < clock_timestamp() - interval '30 days'"),
  sweepOf('outbox', "finished_at < clock_timestamp() - interval '30 days'"),
  sweepOf('known_devices', 'expires_at < clock_timestamp()'),
  ATTEMPTS_SWEEP,
];

/** @param pool connections that act as `gatehouse_system` */
export function createSystemAccess(pool: pg.Pool): SystemAccess {
  const query = createQuery(pool);

  return {
    async sweep() {
      let isMoreLikely = false;
      for (const statement of SWEEPS) {
        const { rowCount } = await query(statement, [BATCH]);
        isMoreLikely ||= rowCount === BATCH;
      }
      return isMoreLikely;
    },

    async keepAuditPartitions(retentionMonths) {
      await query('SELECT gatehouse.audit_partitions($1)', [retentionMonths]);
    },
  };
}

/** The condition stands outside as well: a row that came back to life while the deletion waited for it stays. */
function sweepOf(table: string, isWorthless: string): string {
  return `
    DELETE FROM gatehouse.${table} WHERE ${isWorthless} AND (tenant_id, id) IN (
      SELECT tenant_id, id FROM gatehouse.${table} WHERE ${isWorthless} LIMIT $1
    )`;
}
