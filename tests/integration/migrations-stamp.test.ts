import { writeFile } from 'node:fs/promises';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { LOCK_KEY } from '../../adapters/postgres/migrations/connection.ts';
import { createMigrator } from '../../adapters/postgres/migrations/migrator.ts';
import { createDatabaseReadiness } from '../../adapters/postgres/readiness.ts';
import { emptyDatabase, folderOf, IDS, ledgerOf, migratedDatabase } from './migrated-databases.ts';
import { dumpSchema } from './schema-dump.ts';

const [FIRST = '', SECOND = ''] = IDS;
const LAST = IDS.at(-1) ?? '';

describe('a stamp', () => {
  it('records what is applied up to an id, in a database that lost its ledger, and runs nothing', async () => {
    const { migrator, admin } = await migratedDatabase();
    await admin.query('DELETE FROM gatehouse.migrations');
    const before = await dumpSchema(admin);

    const stamped = await migrator.stamp(LAST);

    expect(stamped).toEqual({ noted: IDS, struck: [] });
    expect(await dumpSchema(admin)).toEqual(before);
    expect(await migrator.status()).toEqual({ current: LAST, pending: [] });
    expect(await migrator.up()).toEqual([]);
  });

  it('makes the ledger where there is none', async () => {
    const { migrator, admin } = await emptyDatabase();

    await migrator.stamp(SECOND);

    expect(await ledgerOf(admin)).toEqual([FIRST, SECOND]);
    expect((await migrator.status()).pending).toEqual(IDS.slice(2));
  });

  it('makes a ledger that servers may read as soon as they are granted it', async () => {
    const { migrator, admin, database } = await migratedDatabase();
    await admin.query('DROP TABLE gatehouse.migrations');
    const readiness = createDatabaseReadiness(database.pool('gatehouse_app'));

    await migrator.stamp(LAST);

    expect(await readiness.isReady()).toBe(false);
    await admin.query('GRANT SELECT ON gatehouse.migrations TO gatehouse_app, gatehouse_system');
    expect(await readiness.isReady()).toBe(true);
  });

  it('strikes out what comes after, a newer version’s too, and leaves the other entries as they are', async () => {
    const { migrator, admin } = await migratedDatabase();
    await admin.query(`INSERT INTO gatehouse.migrations (id, checksum) VALUES ('9999_of_tomorrow', 'x')`);
    const before = await migrator.history();

    const stamped = await migrator.stamp(SECOND);

    expect(stamped).toEqual({ noted: [], struck: [...IDS.slice(2), '9999_of_tomorrow'] });
    expect(await migrator.history()).toEqual(before.slice(0, 2));
  });

  it('adopts a changed file, which every other change refuses', async () => {
    const folder = await folderOf({ '0000_make_a': 'SELECT 1' });
    const { migrator } = await emptyDatabase(folder);
    await migrator.up();
    await writeFile(new URL('0000_make_a.sql', folder), 'SELECT 2');
    await expect(migrator.up()).rejects.toMatchObject({ name: 'MigrationRefused' });

    expect(await migrator.stamp('0000_make_a')).toEqual({ noted: ['0000_make_a'], struck: [] });
    expect(await migrator.up()).toEqual([]);
    expect(await migrator.history()).toMatchObject([{ id: '0000_make_a', file: 'same' }]);
  });

  it('changes nothing when there is no such file', async () => {
    const { migrator, admin } = await migratedDatabase();
    await admin.query(`INSERT INTO gatehouse.migrations (id, checksum) VALUES ('9999_of_tomorrow', 'x')`);

    for (const id of ['0001_nonsense', '9999_of_tomorrow']) {
      await expect(migrator.stamp(id)).rejects.toMatchObject({ name: 'MigrationNotFound' });
    }
    expect(await ledgerOf(admin)).toEqual([...IDS, '9999_of_tomorrow']);
  });

  it('is the owner’s alone', async () => {
    const { database, admin } = await migratedDatabase();

    await expect(createMigrator(database.address(null)).stamp(FIRST)).rejects.toMatchObject({
      name: 'WrongDatabaseRole',
    });
    expect(await ledgerOf(admin)).toEqual(IDS);
  });

  it.each(['stamp', 'down'] as const)('waits, as %s, for whoever migrates at the moment', async (verb) => {
    const { migrator, database, admin } = await migratedDatabase();
    const busy = await database.pool('gatehouse_owner', 1).connect();
    await busy.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    const waiting = verb === 'stamp' ? migrator.stamp(FIRST) : migrator.down();
    await untilAsked(admin);

    const meanwhile = await ledgerOf(admin);
    busy.release(true);
    await waiting;

    expect(meanwhile).toEqual(IDS);
    expect((await ledgerOf(admin)).length).toBeLessThan(IDS.length);
  });
});

/** Resolves when somebody has asked for the migrators' lock in vain. */
async function untilAsked(admin: pg.Pool): Promise<void> {
  const asking = async () => {
    const { rows } = await admin.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND query LIKE '%pg_try_advisory_lock%' AND pid <> pg_backend_pid()`,
    );
    return rows.length;
  };
  await expect.poll(asking, { timeout: 10_000 }).toBe(1);
}
