import { sql } from 'drizzle-orm';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type Transaction, withTenant } from '../../adapters/postgres/transaction.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { type OwnServer, startOwnServer as startEmptyServer } from './own-server.ts';

// ADR 0001: this is what the other driver did not survive.

const TENANT = '01900000-0000-7000-8000-000000000001' as TenantId;
const POOL_SIZE = 5;

it.each([
  'fast',
  'immediate',
] as const)('outlives a %s stop of Postgres under running transactions', async (mode) => {
  const uncaught = listenForUncaught();
  const server = await startOwnServer();
  const pool = server.pool(server.address(), POOL_SIZE);
  const calls = Array.from({ length: 8 }, () =>
    withTenant(pool, TENANT, (tx) => tx.execute(sql`SELECT pg_sleep(1.5)`)).catch((error: unknown) => error),
  );
  await untilAsleep(server, POOL_SIZE);

  await server.stop(mode);
  const failures = await Promise.all(calls);
  await server.startAgain();
  const answers = await Promise.all(Array.from({ length: 20 }, () => withTenant(pool, TENANT, ask)));

  expect(failures.map(codeOf)).toEqual(Array(8).fill('unavailable'));
  expect(answers).toEqual(Array(20).fill(TENANT));
  expect(uncaught).toEqual([]);
});

it.each([
  'fast',
  'immediate',
] as const)('outlives a %s stop of Postgres under idle connections', async (mode) => {
  const uncaught = listenForUncaught();
  const server = await startOwnServer();
  const lost: Error[] = [];
  const pool = server.pool(server.address(), POOL_SIZE, (error) => lost.push(error));
  const clients = await Promise.all(Array.from({ length: POOL_SIZE }, () => pool.connect()));
  for (const client of clients) client.release();

  await server.stop(mode);
  await vi.waitFor(() => expect(lost.length).toBeGreaterThanOrEqual(POOL_SIZE));
  const failure = await withTenant(pool, TENANT, ask).catch((error: unknown) => error);
  await server.startAgain();
  const answers = await Promise.all(Array.from({ length: 20 }, () => withTenant(pool, TENANT, ask)));

  expect(codeOf(failure)).toBe('unavailable');
  expect(answers).toEqual(Array(20).fill(TENANT));
  expect(uncaught).toEqual([]);
});

it('outlives the loss of a connection between the work and its commit', async () => {
  const uncaught = listenForUncaught();
  const server = await startOwnServer();
  const pool = server.pool(server.address(), 1);

  const failure = await withTenant(pool, TENANT, async (tx) => {
    const { rows } = await tx.execute(sql`SELECT pg_backend_pid() AS pid`);
    await server.run(`SELECT pg_terminate_backend(${rows[0]?.['pid']}, 5000)`);
  }).catch((error: unknown) => error);

  expect(codeOf(failure)).toBe('unavailable');
  expect(await withTenant(pool, TENANT, ask)).toBe(TENANT);
  expect(uncaught).toEqual([]);
});

// It takes connections, and never answers: the limit on our side is the only one left, and nothing it left
// half-way may come back to the pool.
it('outlives a backend that hangs, and goes on over another one', async () => {
  const server = await startOwnServer();
  const pool = server.pool(server.address(), 1);
  pool.options.query_timeout = 300;

  const failure = await withTenant(pool, TENANT, async (tx) => {
    const { rows } = await tx.execute(sql`SELECT pg_backend_pid() AS pid`);
    freeze(Number(rows[0]?.['pid']));
    await ask(tx);
  }).catch((error: unknown) => error);

  expect(codeOf(failure)).toBe('unavailable');
  expect(await withTenant(pool, TENANT, ask)).toBe(TENANT);
});

/** With the one table that every commit asks. */
async function startOwnServer(): Promise<OwnServer> {
  const server = await startEmptyServer();
  await server.run(`
    CREATE SCHEMA gatehouse;
    CREATE TABLE gatehouse.revocations (kind text, tenant_id uuid, subject_id uuid, transaction xid8)`);
  // A server whose data may be thrown away has not written it yet.
  await server.run('CHECKPOINT');
  return server;
}

/** Stops a process until the test is over. */
function freeze(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  onTestFinished(() => void process.kill(pid, 'SIGCONT'));
}

/** What nobody caught while the test ran: it would have ended a server. */
function listenForUncaught(): readonly unknown[] {
  const seen: unknown[] = [];
  const note = (error: unknown) => void seen.push(error);
  process.on('uncaughtException', note).on('unhandledRejection', note);
  onTestFinished(() => void process.off('uncaughtException', note).off('unhandledRejection', note));
  return seen;
}

async function ask(tx: Transaction): Promise<unknown> {
  const { rows } = await tx.execute(sql`SELECT current_setting('app.tenant_id') AS tenant`);
  return rows[0]?.['tenant'];
}

async function untilAsleep(server: OwnServer, count: number): Promise<void> {
  await vi.waitFor(async () => {
    const { rows } = await server.run(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
    expect(rows).toHaveLength(count);
  });
}

function codeOf(failure: unknown): unknown {
  return failure instanceof Error && 'code' in failure ? failure.code : failure;
}
