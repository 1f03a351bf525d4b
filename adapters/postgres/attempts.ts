import { sql } from 'drizzle-orm';
import type pg from 'pg';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { Attempt, AttemptKey, AttemptRepository, AttemptStore } from '../../core/protection/index.ts';
import { createQuery } from './query.ts';
import { type Transaction, withTenant } from './transaction.ts';

type BeginRow = Readonly<{
  /** Counts from 1. */
  refused_by: number | null;
  reason: 'locked' | 'busy' | null;
  retry_after_seconds: number | null;
  is_hidden_locked: boolean;
  place: string | null;
}>;

type LockRow = Readonly<{
  /** Counts from 1. */
  locked_by: number;
  retry_after_seconds: number;
}>;

type HeldRow = Readonly<{ key: Buffer; is_locked: boolean | null; failures: number }>;

const FIND_LOCK = {
  name: 'attempt_find_lock',
  text: 'SELECT * FROM gatehouse.attempt_find_lock($1, $2, $3, $4, $5)',
};
const BEGIN = {
  name: 'attempt_begin',
  text: 'SELECT * FROM gatehouse.attempt_begin($1, $2, $3, $4, $5)',
};

/** Places for guesses in rows: they hold over all processes, and survive a restart and an emptied Redis. */
export function createAttemptStore(pool: pg.Pool): AttemptStore {
  const query = createQuery(pool);

  return {
    async begin(tenantId, keys) {
      const values = [tenantId, ...columnsOf(keys), keys.map(({ isHidden }) => isHidden ?? false)];
      const { rows } = await query<BeginRow>({ ...BEGIN, values });
      const [row] = rows;
      const key = keys[(row?.refused_by ?? 0) - 1];
      if (row && key) {
        const retryAfterSeconds = row.retry_after_seconds ?? 1;
        return { kind: 'refused', key, reason: row.reason ?? 'busy', retryAfterSeconds };
      }
      if (!row?.place) throw new Error('attempt_begin answered neither a place nor a refusal');
      return { kind: 'begun', attempt: { keys, place: row.place, isHiddenLocked: row.is_hidden_locked } };
    },

    async findLock(tenantId, keys) {
      const values = [tenantId, ...columnsOf(keys), keys.map(({ isHidden }) => isHidden ?? false)];
      const { rows } = await query<LockRow>({ ...FIND_LOCK, values });
      const [row] = rows;
      const key = keys[(row?.locked_by ?? 0) - 1];
      return row && key ? { key, reason: 'locked', retryAfterSeconds: row.retry_after_seconds } : null;
    },

    release: (tenantId, attempt) =>
      withTenant(pool, tenantId, async (tx) => {
        await end(tx, tenantId, attempt, false);
      }),
  };
}

/** How guesses end, in the caller's transaction. */
export function createAttemptRepository(tx: Transaction, tenantId: TenantId): AttemptRepository {
  return {
    async hold({ keys }, also) {
      const hashes = byteaArray([...keys.map(({ hash }) => hash), ...also]);
      const windowSeconds = Math.max(0, ...keys.map((key) => key.windowSeconds));
      const { rows } = await tx.execute<HeldRow>(sql`
        SELECT key, locked_until > clock_timestamp() AS is_locked, (
          SELECT count(*)::integer FROM unnest(failed_at) f
          WHERE f > clock_timestamp() - make_interval(secs => ${windowSeconds})
        ) AS failures
        FROM gatehouse.attempt_counts
        WHERE tenant_id = ${tenantId} AND key = ANY (${hashes}::bytea[]) ORDER BY key FOR UPDATE`);
      const isLocked = ({ hash, isHidden }: AttemptKey) =>
        isHidden && rows.some((row) => row.is_locked && row.key.equals(hash));
      const isAsked = (row: HeldRow) => also.some((hash) => row.key.equals(hash));
      return {
        isHiddenLocked: keys.some(isLocked),
        counted: also.filter((hash) => rows.some((row) => row.key.equals(hash))),
        failures: Math.max(0, ...rows.filter(isAsked).map(({ failures }) => failures)),
      };
    },

    fail: (attempt) => end(tx, tenantId, attempt, true),

    async succeed(attempt, forget) {
      await end(tx, tenantId, attempt, false);
      const hashes = byteaArray(forget);
      await tx.execute(sql`
        UPDATE gatehouse.attempt_counts SET failed_at = '{}'
        WHERE tenant_id = ${tenantId} AND key = ANY (${hashes}::bytea[]) AND failed_at <> '{}'`);
    },
  };
}

async function end(
  tx: Transaction,
  tenantId: TenantId,
  { keys, place }: Attempt,
  isFailure: boolean,
): Promise<readonly AttemptKey[]> {
  const [hashes, maxima, windows] = [
    byteaArray(keys.map(({ hash }) => hash)),
    integerArray(keys.map(({ max }) => max)),
    integerArray(keys.map(({ windowSeconds }) => windowSeconds)),
  ];
  const { rows } = await tx.execute<{ index: number }>(sql`
    SELECT gatehouse.attempt_end(
      ${tenantId}, ${hashes}::bytea[], ${maxima}::integer[], ${windows}::integer[], ${place}, ${isFailure}
    ) AS index`);
  return keys.filter((_, index) => rows.some((row) => row.index === index + 1));
}

function columnsOf(keys: readonly AttemptKey[]) {
  return [
    keys.map(({ hash }) => Buffer.from(hash)),
    keys.map(({ max }) => max),
    keys.map(({ windowSeconds }) => windowSeconds),
  ];
}

/** An array as Postgres reads it from text; nothing but hexadecimal digits stands in it. */
function byteaArray(values: readonly Uint8Array[]): string {
  return `{${values.map((value) => `"\\\\x${Buffer.from(value).toString('hex')}"`).join(',')}}`;
}

function integerArray(values: readonly number[]): string {
  return `{${values.join(',')}}`;
}
