import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { TenantId } from '../../core/kernel/ids.ts';
import { isUuid } from '../../core/kernel/uuid.ts';
import type { Revocation } from '../../core/revocation/index.ts';
import { isConnectionFailure, translateError } from './errors.ts';
import { borrow, isSpoilt, type Loan } from './loan.ts';
import { REVOCATIONS_MAX, type RevocationRow, toRevocation } from './revocation-log.ts';
import * as schema from './schema/index.ts';

/** An open transaction, one tenant's. Repositories take this and never a pool: nothing runs outside one. */
export type Transaction = NodePgDatabase<typeof schema>;

/**
 * Told, before anybody else hears of the commit, what a transaction has revoked;
 * `null`: too much to tell. Must not throw.
 */
export type OnRevoked = (revocations: readonly Revocation[] | null) => void;

/**
 * Runs `work` in a transaction in which row-level security shows `tenantId`'s rows and no others.
 *
 * The client goes back to the pool only when its state is known: one whose
 * rollback failed, or that turned read-only, is closed. All statements together
 * end within the pool's patience; what was not answered by then may still have
 * been committed.
 *
 * @throws {Unavailable} the database is away, busy or read-only
 */
export async function withTenant<T>(
  pool: pg.Pool,
  tenantId: TenantId,
  work: (tx: Transaction) => Promise<T>,
  onRevoked: OnRevoked = () => undefined,
): Promise<T> {
  // Two statements in one message take no parameters, so nothing but a UUID may stand there.
  if (!isUuid(tenantId)) throw new Error('A unit of work wants the id of a tenant');
  const loan = await borrow(pool);
  try {
    await loan.client.query(`BEGIN; SELECT set_config('app.tenant_id', '${tenantId}', true)`);
    const result = await work(drizzle(loan.client, { schema }));
    const revocations = await commit(loan.client);
    loan.giveBack();
    if (revocations === null || revocations.length > 0) onRevoked(revocations);
    return result;
  } catch (error) {
    await rollBack(loan, error);
    throw translateError(error);
  }
}

/** In one message: what the transaction itself has revoked, and its end. `null`: too much to tell. */
const COMMIT = `
  SELECT kind, tenant_id, subject_id FROM gatehouse.revocations
  WHERE transaction = pg_current_xact_id_if_assigned() LIMIT ${REVOCATIONS_MAX + 1};
  COMMIT`;

async function commit(client: pg.PoolClient): Promise<readonly Revocation[] | null> {
  // Several statements in one message are answered by a list, which the driver's types do not know.
  const answers: unknown = await client.query(COMMIT);
  const [told] = Array.isArray(answers) ? (answers as readonly pg.QueryResult<RevocationRow>[]) : [];
  const rows = told?.rows ?? [];
  return rows.length > REVOCATIONS_MAX ? null : rows.map(toRevocation);
}

async function rollBack(loan: Loan, error: unknown): Promise<void> {
  // A statement that got no answer is still under way: a ROLLBACK would wait behind it.
  if (isConnectionFailure(error)) return loan.drop();
  try {
    await loan.client.query('ROLLBACK');
    if (isSpoilt(error)) loan.drop();
    else loan.giveBack();
  } catch {
    loan.drop();
  }
}
