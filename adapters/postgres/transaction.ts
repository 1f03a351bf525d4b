import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { TenantId } from '../../core/kernel/ids.ts';
import { isUuid } from '../../core/kernel/uuid.ts';
import { isConnectionFailure, translateError } from './errors.ts';
import { borrow, isSpoilt, type Loan } from './loan.ts';
import * as schema from './schema/index.ts';

/** An open transaction, one tenant's. Repositories take this and never a pool: nothing runs outside one. */
export type Transaction = NodePgDatabase<typeof schema>;

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
): Promise<T> {
  // Two statements in one message take no parameters, so nothing but a UUID may stand there.
  if (!isUuid(tenantId)) throw new Error('A unit of work wants the id of a tenant');
  const loan = await borrow(pool);
  try {
    await loan.client.query(`BEGIN; SELECT set_config('app.tenant_id', '${tenantId}', true)`);
    const result = await work(drizzle(loan.client, { schema }));
    await loan.client.query('COMMIT');
    loan.giveBack();
    return result;
  } catch (error) {
    await rollBack(loan, error);
    throw translateError(error);
  }
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
