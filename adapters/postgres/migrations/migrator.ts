import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { translateError } from '../errors.ts';
import { clientConfig, type DatabaseAddress, refuseWrongRole, WrongDatabaseRole } from '../pools.ts';
import { MIGRATIONS_FOLDER, type Migration, readMigrations, statementsOf } from './files.ts';

export type MigrationStatus = Readonly<{
  /** The last one applied, or `null` on an empty database. */
  current: string | null;
  pending: readonly string[];
}>;

/** Changes the schema, as its owner. */
export interface Migrator {
  /**
   * Applies what is pending, in order, each file in a transaction of its own.
   *
   * One session lock is held from the first look to the last commit: any
   * number of processes may start at once, and one that is killed leaves whole
   * files behind and no lock.
   *
   * @returns the ids applied by this call
   * @throws {WrongDatabaseRole} the connection does not act as `gatehouse_owner`
   * @throws {MigrationRefused} an applied file has been changed, or one came in before another that is applied
   */
  up(): Promise<readonly string[]>;
  status(): Promise<MigrationStatus>;
}

/** The database and the files disagree about the past. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused';
}

const LOCK_KEY = 0x6d696772; // "migr"
const LOCK_RETRY_MS = 100;
const CONNECT_TIMEOUT_MS = 5_000;

const LEDGER = `
  CREATE SCHEMA IF NOT EXISTS gatehouse;
  CREATE TABLE IF NOT EXISTS gatehouse.migrations (
    id text CONSTRAINT migrations_pkey PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
  )`;

/**
 * @param address of the owner, directly: a session lock does not survive a transaction pooler
 * @param folder where the files lie
 */
export function createMigrator(address: DatabaseAddress, folder: URL = MIGRATIONS_FOLDER): Migrator {
  return {
    up: () =>
      withClient(address, async (client) => {
        // What a superuser made would be a superuser's: functions and all.
        await refuseWrongRole(client, 'gatehouse_owner', false);
        await untilLocked(client);
        await client.query(LEDGER);
        const pending = await findPending(client, folder);
        for (const migration of pending) await apply(client, migration);
        return pending.map(({ id }) => id);
      }),

    status: () =>
      withClient(address, async (client) => {
        const applied = await readLedger(client);
        const pending = await findPending(client, folder);
        return { current: [...applied.keys()].at(-1) ?? null, pending: pending.map(({ id }) => id) };
      }),
  };
}

async function withClient<T>(address: DatabaseAddress, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...clientConfig(address), connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // The rejected call tells of it; without a listener it would end the process as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw error instanceof MigrationRefused || error instanceof WrongDatabaseRole
      ? error
      : translateError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Asks for the session lock again and again instead of waiting for it in one statement: that would hold a
 * snapshot, and CREATE INDEX CONCURRENTLY in the process that has the lock would wait for it in turn.
 */
async function untilLocked(client: pg.Client): Promise<void> {
  const askForLock = () => client.query('SELECT pg_try_advisory_lock($1) AS is_ours', [LOCK_KEY]);
  while (!(await askForLock()).rows[0]?.is_ours) await wait(LOCK_RETRY_MS);
}

async function apply(client: pg.Client, { id, up, checksum, isTransactional }: Migration): Promise<void> {
  const note = ['INSERT INTO gatehouse.migrations (id, checksum) VALUES ($1, $2)', [id, checksum]] as const;
  if (!isTransactional) {
    for (const statement of statementsOf(up)) await client.query(statement);
    await client.query(note[0], [...note[1]]);
    return;
  }
  await client.query('BEGIN');
  try {
    await client.query(up);
    await client.query(note[0], [...note[1]]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function findPending(client: pg.Client, folder: URL): Promise<readonly Migration[]> {
  const applied = await readLedger(client);
  const migrations = await readMigrations(folder);
  const pending = migrations.filter(({ id }) => !applied.has(id));
  const changed = migrations.filter(({ id, checksum }) => (applied.get(id) ?? checksum) !== checksum);
  const last = [...applied.keys()].at(-1) ?? '';
  const late = pending.filter(({ id }) => id < last);
  if (changed.length > 0) throw refusal(changed, 'was changed after it had been applied');
  if (late.length > 0) throw refusal(late, `comes before ${last}, which is applied already`);
  return pending;
}

/** What is applied, in order, with its checksum. Empty where there is no ledger yet. */
async function readLedger(client: pg.Client): Promise<ReadonlyMap<string, string>> {
  const { rows: exists } = await client.query(
    "SELECT to_regclass('gatehouse.migrations') IS NOT NULL AS is_there",
  );
  if (!exists[0]?.is_there) return new Map();
  const { rows } = await client.query<{ id: string; checksum: string }>(
    'SELECT id, checksum FROM gatehouse.migrations ORDER BY id',
  );
  return new Map(rows.map(({ id, checksum }) => [id, checksum]));
}

function refusal(migrations: readonly Migration[], what: string): MigrationRefused {
  return new MigrationRefused(`Migration ${migrations.map(({ id }) => id).join(', ')} ${what}`);
}
