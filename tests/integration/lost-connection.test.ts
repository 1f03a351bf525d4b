import type pg from 'pg';
import { expect, it } from 'vitest';
import { withTenant } from '../../adapters/postgres/transaction.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { createTestDatabase } from '../support/postgres.ts';

const TENANT = '01900000-0000-7000-8000-000000000001' as TenantId;

/** A pool whose connections tell what was asked of them, and what became of them. */
async function watchedPool() {
  const asked: unknown[] = [];
  const released: unknown[] = [];
  const pool = (await createTestDatabase()).pool('gatehouse_app', 1);
  pool.on('acquire', (client: pg.PoolClient) => {
    const query = client.query.bind(client);
    client.query = ((...args: Parameters<typeof query>) => {
      asked.push(args[0]);
      return query(...args);
    }) as typeof client.query;
  });
  pool.on('release', (error) => released.push(error));
  return { pool, asked, released };
}

// A statement that was given up is still under way: ROLLBACK would wait behind it for as long again.
it('asks nothing more of a connection that gave no answer, and closes it', async () => {
  const { pool, asked, released } = await watchedPool();

  const lost = withTenant(pool, TENANT, () => Promise.reject(new Error('Query read timeout')));

  await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
  expect([asked.includes('ROLLBACK'), released]).toEqual([false, [true]]);
});

it('rolls back and keeps a connection on which only the work failed', async () => {
  const { pool, asked, released } = await watchedPool();

  const failed = withTenant(pool, TENANT, () => Promise.reject(new Error('changed my mind')));

  await expect(failed).rejects.toThrow('changed my mind');
  expect([asked.includes('ROLLBACK'), released]).toEqual([true, [false]]);
});
