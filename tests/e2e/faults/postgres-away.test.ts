import { expect, it } from 'vitest';
import { expectNothingLost, expectServedOrUnavailable } from '../../support/fault-answers.ts';
import { untilRefused, untilServed } from '../../support/fault-load.ts';
import { connectTo, runSql, sharedFaultPostgres } from '../../support/fault-postgres.ts';
import { startServerOn, untilReady } from '../../support/fault-server.ts';
import { startLoad } from '../../support/load.ts';

const postgres = sharedFaultPostgres();

// Rule 33.
it.each([
  'fast',
  'immediate',
] as const)('loses nothing that it acknowledged when Postgres is stopped (%s) under load', async (mode) => {
  const server = await startServerOn(await postgres().createDatabase());
  const load = await startLoad(server.url);
  await untilServed(load);

  const stoppedAt = performance.now();
  await postgres().stop(mode);
  await untilRefused(load);
  await untilReady(server.url, 503);
  await postgres().startAgain();
  await untilReady(server.url);
  await untilServed(load);
  await load.stop();

  expectServedOrUnavailable(load.answers(stoppedAt));
  await expectNothingLost(server.url, load.ledger);
});

it('turns away within a second while Postgres stands still, and goes on when it does', async () => {
  const server = await startServerOn(await postgres().createDatabase());
  const load = await startLoad(server.url);
  await untilServed(load);

  const frozenAt = performance.now();
  await postgres().freeze();
  await untilRefused(load);
  await untilReady(server.url, 503);
  postgres().thaw();
  await untilReady(server.url);
  await untilServed(load);
  await load.stop();

  expectServedOrUnavailable(load.answers(frozenAt));
  await expectNothingLost(server.url, load.ledger);
});

it('turns away within a second what finds no connection, and serves again when there are some', async () => {
  const database = await postgres().createDatabase();
  const server = await startServerOn(database, { DATABASE_POOL_MAX: '2' });
  const load = await startLoad(server.url);
  await untilServed(load);

  const lockedAt = performance.now();
  const locker = await connectTo(database);
  await locker.query('BEGIN; LOCK TABLE gatehouse.sessions IN ACCESS EXCLUSIVE MODE');
  await untilRefused(load, LONGER_THAN_ANYBODY_WAITS_MS);
  await locker.query('COMMIT');
  await untilServed(load);
  await load.stop();

  expectServedOrUnavailable(load.answers(lockedAt));
  await expectNothingLost(server.url, load.ledger);
});

// As after a fail-over: the server still answers, and takes no change any more.
it('turns changes away while Postgres is read-only, says so at /ready, and needs no new start', async () => {
  const database = await postgres().createDatabase();
  const server = await startServerOn(database);
  const load = await startLoad(server.url);
  await untilServed(load);

  const turnedAt = performance.now();
  await runSql(database, READ_ONLY, RELOAD);
  await untilReady(server.url, 503);
  await untilRefused(load);
  await runSql(database, WRITABLE, RELOAD);
  await untilReady(server.url);
  await untilServed(load);
  await load.stop();

  expectServedOrUnavailable(load.answers(turnedAt));
  expect(load.answers(turnedAt).filter(({ path }) => path === '/auth/me')).not.toEqual([]);
  await expectNothingLost(server.url, load.ledger);
});

const LONGER_THAN_ANYBODY_WAITS_MS = 2_000;
const READ_ONLY = 'ALTER SYSTEM SET default_transaction_read_only = on';
const WRITABLE = 'ALTER SYSTEM RESET default_transaction_read_only';
const RELOAD = 'SELECT pg_reload_conf()';
