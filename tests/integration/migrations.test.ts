import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readMigrations } from '../../adapters/postgres/migrations/files.ts';
import { createMigrator } from '../../adapters/postgres/migrations/migrator.ts';
import { openPool } from '../../adapters/postgres/pools.ts';
import { createDatabaseReadiness } from '../../adapters/postgres/readiness.ts';
import {
  emptyDatabase,
  folderOf,
  holdAt,
  IDS,
  killWaiting,
  ledgerOf,
  type Migrated,
  migratedDatabase,
} from './migrated-databases.ts';
import { dumpSchema } from './schema-dump.ts';

describe('a database without a schema', () => {
  it('is told to lack every migration, and is left as it is by the question', async () => {
    const { migrator, admin } = await emptyDatabase();

    const status = await migrator.status();

    expect(status).toEqual({ current: null, pending: IDS });
    expect(await dumpSchema(admin)).toEqual([]);
  });

  it('is brought up to date, and told so', async () => {
    const { migrator } = await emptyDatabase();

    const applied = await migrator.up();

    expect(applied).toEqual(IDS);
    expect(await migrator.status()).toEqual({ current: IDS.at(-1), pending: [] });
    expect(await migrator.up()).toEqual([]);
  });

  it('is brought up to date by one of any number of starters', async () => {
    const { migrator, admin, database } = await emptyDatabase();
    const starters = [migrator, ...[1, 2, 3].map(() => createMigrator(database.address('gatehouse_owner')))];

    const applied = await Promise.all(starters.map((starter) => starter.up()));

    expect(applied.filter((ids) => ids.length > 0)).toEqual([IDS]);
    expect(await ledgerOf(admin)).toEqual(IDS);
  });
});

describe('a migrator that is killed', () => {
  it.each(IDS)('while it applies %s leaves whole files, and the next one completes', async (id) => {
    const { migrator, admin, expected } = await undoneDatabase();
    const release = await holdAt(admin, 'INSERT', id);
    const killed = migrator.up().catch((error: unknown) => error);
    await killWaiting(admin);
    await release();

    expect(await killed).toMatchObject({ code: 'unavailable' });
    expect(await ledgerOf(admin)).toEqual(IDS.slice(0, IDS.indexOf(id)));
    expect(await dumpSchema(admin)).toEqual(expected(id));
    expect(await migrator.up()).toEqual(IDS.slice(IDS.indexOf(id)));
    expect(await dumpSchema(admin)).toEqual(expected(null));
  });
});

describe('a ledger that disagrees with the files', () => {
  it('stops a migrator when an applied file was changed', async () => {
    const { migrator, admin } = await migratedDatabase();
    await admin.query(`UPDATE gatehouse.migrations SET checksum = 'another' WHERE id = $1`, [IDS[1]]);

    for (const call of [migrator.up, migrator.status]) {
      await expect(call()).rejects.toMatchObject({
        name: 'MigrationRefused',
        message: expect.stringContaining(`${IDS[1]} was changed`),
      });
    }
  });

  it('stops a migrator when a file came in before one that is applied', async () => {
    const { migrator, admin } = await migratedDatabase();
    await admin.query('DELETE FROM gatehouse.migrations WHERE id = $1', [IDS[1]]);

    await expect(migrator.up()).rejects.toMatchObject({
      name: 'MigrationRefused',
      message: expect.stringContaining(`${IDS[1]} comes before ${IDS.at(-1)}`),
    });
  });

  // A newer version runs beside this one: expand and contract.
  it('lets a migrator pass by what a newer version has applied', async () => {
    const { migrator, admin } = await migratedDatabase();
    await admin.query(`INSERT INTO gatehouse.migrations (id, checksum) VALUES ('9999_of_tomorrow', 'x')`);

    expect(await migrator.up()).toEqual([]);
    expect(await migrator.status()).toEqual({ current: '9999_of_tomorrow', pending: [] });
  });
});

describe('files that cannot run in a transaction', () => {
  // Whoever waits for the lock within a statement holds a snapshot, and the index waits for that one in turn.
  it('are applied once by any number of starters, although they wait for every other transaction', async () => {
    const { database, admin } = await migratedDatabase();
    const folder = await folderOf({
      '0000_make_table': 'CREATE TABLE gatehouse.things (id integer)',
      '0001_index_table':
        '-- gatehouse: no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS things_id_idx ON gatehouse.things (id)',
    });
    await admin.query('DELETE FROM gatehouse.migrations');
    const starters = [1, 2, 3, 4].map(() => createMigrator(database.address('gatehouse_owner'), folder));

    const applied = await Promise.all(starters.map((starter) => starter.up()));

    expect(applied.filter((ids) => ids.length > 0)).toEqual([['0000_make_table', '0001_index_table']]);
    const { rows } = await admin.query(
      `SELECT indisvalid FROM pg_index WHERE indexrelid = 'gatehouse.things_id_idx'::regclass`,
    );
    expect(rows).toEqual([{ indisvalid: true }]);
  });

  it('are run statement by statement, and noted only after the last one', async () => {
    const { database, admin } = await migratedDatabase();
    const broken = await folderOf({
      '0000_make_tables': `-- gatehouse: no transaction
        CREATE TABLE IF NOT EXISTS gatehouse.things (id integer);
        --> statement-breakpoint
        CREATE INDEX CONCURRENTLY ON gatehouse.nothing (id)`,
    });
    await admin.query('DELETE FROM gatehouse.migrations');

    const attempt = createMigrator(database.address('gatehouse_owner'), broken).up();

    await expect(attempt).rejects.toMatchObject({ sqlState: '42P01' });
    expect(await ledgerOf(admin)).toEqual([]);
  });
});

describe('files', () => {
  it('are refused without their way back, by a message that names the one', async () => {
    const folder = await folderOf({ '0000_make_table': 'SELECT 1' });
    const { migrator } = await emptyDatabase(folder);
    await rm(new URL('0000_make_table.down.sql', folder));

    await expect(migrator.up()).rejects.toThrow('0000_make_table.down.sql');
    await expect(readMigrations(folder)).rejects.toThrow('0000_make_table.down.sql');
  });

  it('that fail are named, with what the database says of them', async () => {
    const folder = await folderOf({ '0000_make_table': 'SELECT 1', '0001_break': 'SELECT missing_socket' });
    const { migrator, admin } = await emptyDatabase(folder);

    await expect(migrator.up()).rejects.toMatchObject({
      name: 'MigrationFailed',
      sqlState: '42703',
      message: 'Migration 0001_break failed: column "missing_socket" does not exist (SQLSTATE 42703)',
    });
    expect(await ledgerOf(admin)).toEqual(['0000_make_table']);
  });

  it('are read in their order, whatever else lies beside them', async () => {
    const folder = await folderOf({ '0001_second': '', '0000_first': '' });
    await writeFile(new URL('roles.sql', folder), '');

    expect((await readMigrations(folder)).map(({ id }) => id)).toEqual(['0000_first', '0001_second']);
  });
});

describe('readiness', () => {
  it('says no before the schema is there, although the database answers, and yes after', async () => {
    const { migrator, database } = await emptyDatabase();
    const readiness = createDatabaseReadiness(database.pool('gatehouse_app'));

    const before = [await readiness.isReady(), await readiness.isUp()];
    await migrator.up();

    expect(before).toEqual([false, true]);
    expect(await readiness.isReady()).toBe(true);
  });

  it('says no when one of our migrations is missing, and yes when there are more than ours', async () => {
    const { database, admin } = await migratedDatabase();
    const readiness = createDatabaseReadiness(database.pool('gatehouse_app'));

    await admin.query(`INSERT INTO gatehouse.migrations (id, checksum) VALUES ('9999_of_tomorrow', 'x')`);
    const more = await readiness.isReady();
    await admin.query('DELETE FROM gatehouse.migrations WHERE id = $1', [IDS[0]]);
    const fewer = await readiness.isReady();

    expect([more, fewer]).toEqual([true, false]);
  });

  // Rule 33: a replica after a fail-over answers every read.
  it('says no over connections that may not write', async () => {
    const { database, admin } = await migratedDatabase();
    await admin.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
    const readiness = createDatabaseReadiness(database.pool('gatehouse_app'));

    expect([await readiness.isReady(), await readiness.isUp()]).toEqual([false, true]);
  });

  it('says no, and never throws, where no database is', async () => {
    const connection = { host: '/nowhere', port: 5432, user: 'gatehouse_app', database: 'gatehouse' };
    const pool = openPool({
      address: { connection, role: null, ssl: false },
      sizeMax: 1,
      onIdleError: () => undefined,
    });
    onTestFinished(() => pool.end());
    const readiness = createDatabaseReadiness(pool);

    expect([await readiness.isReady(), await readiness.isUp()]).toEqual([false, false]);
  });
});

type Undone = Migrated &
  Readonly<{
    /** The dump as it was before a file was applied; `null`: with all of them. */
    expected(before: string | null): readonly string[] | undefined;
  }>;

/** A database in which everything has been undone: the ledger is there and empty. */
async function undoneDatabase(): Promise<Undone> {
  const migrated = await migratedDatabase();
  const { migrator, admin } = migrated;
  const full = await dumpSchema(admin);
  const before = new Map<string, readonly string[]>();
  for (const id of IDS.toReversed()) {
    await migrator.down();
    before.set(id, await dumpSchema(admin));
  }
  return { ...migrated, expected: (id) => (id === null ? full : before.get(id)) };
}
