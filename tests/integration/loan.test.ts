import { sql } from 'drizzle-orm';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { borrow } from '../../adapters/postgres/loan.ts';
import { openPool, type Patience, REQUEST_PATIENCE } from '../../adapters/postgres/pools.ts';
import { createQuery } from '../../adapters/postgres/query.ts';
import { createDatabaseReadiness } from '../../adapters/postgres/readiness.ts';
import { type Transaction, withTenant } from '../../adapters/postgres/transaction.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { createTestDatabase } from '../support/postgres.ts';

const TENANT = '01900000-0000-7000-8000-000000000001' as TenantId;
/** So long that no test waits for it. */
const FOR_EVER_MS = 60_000;
const PATIENT: Patience = {
  acquireMs: FOR_EVER_MS,
  statementMs: FOR_EVER_MS,
  answerMs: FOR_EVER_MS,
  loanMs: null,
};

describe('a loan', () => {
  it('ends whatever is asked over it within one deadline, and closes the connection', async () => {
    const { pool, removed } = await watchedPool({ ...PATIENT, loanMs: 300 });
    let asked = 0;
    const forEver = async (tx: Transaction) => {
      for (; ; asked += 1) await tx.execute(sql`SELECT pg_sleep(0.05)`);
    };

    const failure = await withTenant(pool, TENANT, forEver).catch(codeOf);

    expect(failure).toBe('unavailable');
    expect(asked).toBeGreaterThan(0);
    await vi.waitFor(() => expect(removed).toHaveLength(1));
  });

  it('counts from asking for the connection', async () => {
    const { pool } = await watchedPool({ ...PATIENT, loanMs: 600 });
    const first = await borrow(pool);
    const began = performance.now();
    const second = createQuery(pool)('SELECT pg_sleep(30)').catch(codeOf);

    await first.client.query('SELECT pg_sleep(0.5)');
    first.giveBack();

    expect(await second).toBe('unavailable');
    expect(performance.now() - began).toBeLessThan(1_050);
  });

  it('is over when it is given back: the next one has a deadline of its own', async () => {
    const { pool, removed } = await watchedPool({ ...PATIENT, loanMs: 1_000 });

    for (let time = 0; time < 3; time += 1) await createQuery(pool)('SELECT pg_sleep(0.4)');

    expect(removed).toEqual([]);
  });

  it.each([
    'that is new',
    'that lay there',
  ])('closes a connection %s when what was asked over it failed', async (which) => {
    const { pool, removed } = await watchedPool(REQUEST_PATIENCE);
    if (which === 'that lay there') await createQuery(pool)('SELECT');

    await expect(createQuery(pool)('SELECT 1 / 0')).rejects.toMatchObject({ sqlState: '22012' });

    await vi.waitFor(() => expect(removed).toHaveLength(1));
  });

  it.each([
    'that is new',
    'that lay there',
  ])('waits for an answer no longer than a request may, over a connection %s', async (which) => {
    const { pool } = await watchedPool({ ...REQUEST_PATIENCE, statementMs: FOR_EVER_MS });
    if (which === 'that lay there') await createQuery(pool)('SELECT');
    const began = performance.now();

    await expect(createQuery(pool)('SELECT pg_sleep(30)')).rejects.toMatchObject({ code: 'unavailable' });

    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe('a pool that is short of connections', () => {
  it('lets nobody wait long once somebody has waited in vain', async () => {
    const { pool, take } = await watchedPool({ ...PATIENT, acquireMs: 400 });
    await take();
    await expect(borrow(pool)).rejects.toMatchObject({ code: 'unavailable' });
    const began = performance.now();

    await expect(borrow(pool)).rejects.toMatchObject({ code: 'unavailable' });

    expect(performance.now() - began).toBeLessThan(350);
  });

  it('takes a connection back that came too late for whoever waited', async () => {
    const { pool } = await watchedPool({ ...PATIENT, acquireMs: 400 });
    const taken = await borrow(pool);
    await borrow(pool).catch(codeOf);
    // This one gives up soon; the pool itself goes on looking for a connection for it.
    await borrow(pool).catch(codeOf);

    taken.giveBack();

    await vi.waitFor(() => expect([pool.waitingCount, pool.idleCount]).toEqual([0, 1]));
    expect(await createDatabaseReadiness(pool).isReady()).toBe(true);
  });
});

/** A pool of a single connection, which tells what was closed. */
async function watchedPool(patience: Patience) {
  const address = (await createTestDatabase()).address('gatehouse_app');
  const removed: unknown[] = [];
  const pool = openPool({ address, sizeMax: 1, patience, onIdleError: () => undefined });
  onTestFinished(() => pool.end());
  pool.on('remove', (client) => removed.push(client));
  /** Takes the connection until the test is over. */
  const take = async (): Promise<void> => onTestFinished((await borrow(pool)).drop);
  return { pool, removed, take };
}

function codeOf(failure: unknown): unknown {
  return failure instanceof Error && 'code' in failure ? failure.code : failure;
}
