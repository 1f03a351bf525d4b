import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { startEmbedded } from '../../adapters/postgres/embedded/index.ts';
import { readMigrations } from '../../adapters/postgres/migrations/files.ts';
import { createMigrator } from '../../adapters/postgres/migrations/migrator.ts';
import { dumpSchema } from '../integration/schema-dump.ts';
import { runCli } from '../support/cli-process.ts';
import { cleanEnvironment, temporaryFolder } from '../support/server-process.ts';

const RUN = fileURLToPath(new URL('../../app/run.mjs', import.meta.url));
const IDS = (await readMigrations()).map(({ id }) => id);
const GATE = 42;

// Each is made somewhere within its file, with statements before it and after.
it.each([
  ['the first file', 'CREATE TABLE', 'gatehouse.sessions'],
  ['a later file', 'CREATE FUNCTION', 'gatehouse.audit_partitions(integer,timestamp with time zone)'],
])('completes a schema after a run that was killed in the middle of %s', async (_, tag, object) => {
  const { dataDir, admin, straight } = await freshDatabase();
  const holder = await holdAfter(admin, tag, object);
  const killed = spawn(process.execPath, [RUN, 'cli', 'migrate', 'up'], {
    cwd: dataDir,
    env: cleanEnvironment({ DATA_DIR: dataDir }),
    stdio: 'ignore',
  });
  onTestFinished(() => {
    killed.kill('SIGKILL');
  });
  await expect.poll(() => waitingAt(admin), { timeout: 60_000 }).toBe(1);

  killed.kill('SIGKILL');
  await once(killed, 'exit');
  const before = await ledgerOf(admin);
  const again = runCli(['migrate', 'up', '--json'], { env: { DATA_DIR: dataDir }, cwd: dataDir });
  await holder.query('SELECT pg_advisory_unlock_all()');
  const { code, stdout } = await again;

  expect(before.length).toBeLessThan(IDS.length);
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    { applied: IDS.slice(before.length), current: IDS.at(-1), pending: [] },
  ]);
  expect(await ledgerOf(admin)).toEqual(IDS);
  expect(await dumpSchema(admin)).toEqual(await straight());
});

/** A database in which nothing is yet; `straight` answers what an undisturbed run makes of another one. */
async function freshDatabase() {
  const dataDir = await temporaryFolder();
  const embedded = await startEmbedded({ dir: join(dataDir, 'postgres') });
  onTestFinished(() => embedded.stop());
  const poolOf = (database: string) => {
    const pool = new pg.Pool({ ...embedded.connection, database });
    pool.on('error', () => undefined);
    onTestFinished(() => pool.end());
    return pool;
  };
  const admin = poolOf(embedded.connection.database);
  return {
    dataDir,
    admin,
    async straight() {
      await admin.query('CREATE DATABASE straight OWNER gatehouse_owner');
      const connection = { ...embedded.connection, user: 'gatehouse_owner', database: 'straight' };
      await createMigrator({ connection, role: null, ssl: false }).up();
      return dumpSchema(poolOf('straight'));
    },
  };
}

/** Lets whoever makes this object wait, in the middle of its file. Answers the connection that keeps them there. */
async function holdAfter(admin: pg.Pool, tag: string, object: string): Promise<pg.PoolClient> {
  await admin.query(`
    CREATE FUNCTION public.wait_at_gate() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = '${object}') THEN
        PERFORM pg_advisory_xact_lock(${GATE});
      END IF;
    END $$;
    CREATE EVENT TRIGGER gate ON ddl_command_end WHEN TAG IN ('${tag}') EXECUTE FUNCTION public.wait_at_gate()`);
  const holder = await admin.connect();
  onTestFinished(() => holder.release(true));
  await holder.query('SELECT pg_advisory_lock($1)', [GATE]);
  return holder;
}

async function waitingAt(admin: pg.Pool): Promise<number> {
  const { rows } = await admin.query(
    `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = ${GATE} AND NOT granted`,
  );
  return rows.length;
}

/** What is entered, as others see it. */
async function ledgerOf(admin: pg.Pool): Promise<readonly string[]> {
  const { rows } = await admin.query('SELECT id FROM gatehouse.migrations ORDER BY id COLLATE "C"');
  return rows.map(({ id }) => id);
}
