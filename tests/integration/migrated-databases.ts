import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';
import { expect, onTestFinished } from 'vitest';
import { readMigrations } from '../../adapters/postgres/migrations/files.ts';
import { createMigrator, type Migrator } from '../../adapters/postgres/migrations/migrator.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

/** The migrations of this version, in order, and their ids. */
export const MIGRATIONS = await readMigrations();
export const IDS: readonly string[] = MIGRATIONS.map(({ id }) => id);

/** A database, what migrates it, and a superuser's connections to it. */
export type Migrated = Readonly<{ database: TestDatabase; migrator: Migrator; admin: pg.Pool }>;

/** A database in which nothing is yet. */
export async function emptyDatabase(folder?: URL): Promise<Migrated> {
  return withMigrator(await createTestDatabase({ isEmpty: true }), folder);
}

/** A database that is up to date. */
export async function migratedDatabase(): Promise<Migrated> {
  return withMigrator(await createTestDatabase());
}

async function withMigrator(database: TestDatabase, folder?: URL): Promise<Migrated> {
  const admin = database.pool(null, 2);
  // As provisionRoles does. Unlike all else it belongs to the database and is not copied from the template.
  await admin.query(`GRANT CREATE ON DATABASE ${database.name} TO gatehouse_owner`);
  return { database, migrator: createMigrator(database.address('gatehouse_owner'), folder), admin };
}

/** The ids in the ledger, in order. */
export async function ledgerOf(admin: pg.Pool): Promise<readonly string[]> {
  const { rows } = await admin.query('SELECT id FROM gatehouse.migrations ORDER BY id COLLATE "C"');
  return rows.map(({ id }) => id);
}

const GATE = 42;

/**
 * Lets whoever applies (`INSERT`) or undoes (`DELETE`) a file wait, its work done and not committed. Answers what
 * lets them go on.
 */
export async function holdAt(
  admin: pg.Pool,
  event: 'INSERT' | 'DELETE',
  id: string,
): Promise<() => Promise<void>> {
  const row = event === 'INSERT' ? 'NEW' : 'OLD';
  await admin.query(`
    CREATE FUNCTION public.wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock(${GATE}); RETURN ${row}; END';
    CREATE TRIGGER gate BEFORE ${event} ON gatehouse.migrations FOR EACH ROW
      WHEN (${row}.id = '${id}') EXECUTE FUNCTION public.wait_at_gate()`);
  const holder = await admin.connect();
  onTestFinished(() => holder.release(true));
  await holder.query('SELECT pg_advisory_lock($1)', [GATE]);
  return async () => {
    await holder.query('SELECT pg_advisory_unlock_all()');
    await holder.query('DROP FUNCTION public.wait_at_gate() CASCADE');
  };
}

/** Ends the connection of whoever waits at the gate. */
export async function killWaiting(admin: pg.Pool): Promise<void> {
  const kill = async () => {
    const { rows } = await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks
       WHERE locktype = 'advisory' AND objid = ${GATE} AND NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows.length;
  };
  await expect.poll(kill, { timeout: 10_000 }).toBe(1);
}

/** Migrates as when there were only so many files. */
export async function migrateFirst(database: TestDatabase, count: number): Promise<void> {
  const files = MIGRATIONS.slice(0, count).map(({ id, up }) => [id, up] as const);
  const folder = await folderOf(Object.fromEntries(files));
  await createMigrator(database.address('gatehouse_owner'), folder).up();
}

/** A folder of migrations with these ids and statements, gone when the test is over. Text alone is the way forth. */
export async function folderOf(
  files: Readonly<Record<string, string | Readonly<{ up: string; down: string }>>>,
): Promise<URL> {
  const path = await mkdtemp(join(tmpdir(), 'gatehouse-migrations-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  const folder = pathToFileURL(`${path}/`);
  for (const [id, file] of Object.entries(files)) {
    const { up, down } = typeof file === 'string' ? { up: file, down: '' } : file;
    await writeFile(new URL(`${id}.sql`, folder), up);
    await writeFile(new URL(`${id}.down.sql`, folder), down);
  }
  return folder;
}
