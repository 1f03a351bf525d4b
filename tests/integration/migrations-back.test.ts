import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createMigrator } from '../../adapters/postgres/migrations/migrator.ts';
import type { TestDatabase } from '../support/postgres.ts';
import {
  emptyDatabase,
  folderOf,
  holdAt,
  IDS,
  killWaiting,
  ledgerOf,
  type Migrated,
  migratedDatabase,
  migrateFirst,
} from './migrated-databases.ts';
import { debianPgDump, majorVersionOf, pgDump } from './pg-dump.ts';
import { dumpSchema } from './schema-dump.ts';

const LAST = IDS.at(-1) ?? '';

describe('the way back', () => {
  it('undoes the newest migration alone, unless told more', async () => {
    const { migrator, admin } = await migratedDatabase();

    const undone = await migrator.down();

    expect(undone).toEqual([LAST]);
    expect(await ledgerOf(admin)).toEqual(IDS.slice(0, -1));
    expect(await migrator.status()).toEqual({ current: IDS.at(-2), pending: [LAST] });
  });

  it('undoes so many, the newest first, and no more than there are', async () => {
    const { migrator, admin } = await migratedDatabase();

    expect(await migrator.down({ count: 2 })).toEqual(IDS.toReversed().slice(0, 2));
    expect(await migrator.down({ count: 999 })).toEqual(IDS.toReversed().slice(2));
    expect(await migrator.down({ count: 1 })).toEqual([]);
    expect(await ledgerOf(admin)).toEqual([]);
  });

  it('stops where it is told, so that this one is the current one', async () => {
    const { migrator } = await migratedDatabase();

    expect(await migrator.down({ to: IDS[1] ?? '' })).toEqual(IDS.toReversed().slice(0, -2));
    expect((await migrator.status()).current).toBe(IDS[1]);
    expect(await migrator.down({ to: IDS[1] ?? '' })).toEqual([]);
  });

  it('ends at a schema that holds the empty ledger alone', async () => {
    const { migrator, admin, database } = await migratedDatabase();
    const untouched = await emptyDatabase();
    await migrateFirst(untouched.database, 0);

    await migrator.down('all');

    expect(await portrait(database, admin)).toEqual(await portrait(untouched.database, untouched.admin));
    expect(await ledgerOf(admin)).toEqual([]);
  });

  it('makes nothing in a database that has no schema', async () => {
    const { migrator, admin } = await emptyDatabase();

    expect(await migrator.down('all')).toEqual([]);
    expect(await dumpSchema(admin)).toEqual([]);
  });
});

describe('up, down and up again', () => {
  it('leaves the same schema, all the way', async () => {
    const { migrator, admin, database } = await migratedDatabase();
    const before = await portrait(database, admin);

    await migrator.down('all');
    await migrator.up();

    expect(await portrait(database, admin)).toEqual(before);
  });

  it('leaves the same schema at each single step, and each step back what was before it', async () => {
    const { migrator, admin, database } = await emptyDatabase();
    await migrateFirst(database, 0);
    for (const id of IDS) {
      const before = await portrait(database, admin);
      expect(await migrator.up({ count: 1 })).toEqual([id]);
      const after = await portrait(database, admin);

      await migrator.down();
      expect([id, await portrait(database, admin)]).toEqual([id, before]);

      await migrator.up({ count: 1 });
      expect([id, await portrait(database, admin)]).toEqual([id, after]);
    }
  }, 120_000);

  it('is compared by pg_dump too, wherever Debian installed the one of the server', async () => {
    const { admin, database } = await migratedDatabase();

    const dump = await pgDump(database, admin);

    if (existsSync(debianPgDump(await majorVersionOf(admin))) || dump) {
      expect(dump).toEqual(
        expect.arrayContaining([expect.stringMatching(/^CREATE TABLE gatehouse\.sessions /)]),
      );
    }
  });
});

describe('a way back that is killed', () => {
  it.each(IDS)('while it undoes %s leaves whole files, and the next one completes', async (id) => {
    const { migrator, admin } = await migratedDatabase();
    await migrator.down({ to: id });
    const whole = await dumpSchema(admin);
    const release = await holdAt(admin, 'DELETE', id);
    const killed = migrator.down('all').catch((error: unknown) => error);
    await killWaiting(admin);
    await release();

    expect(await killed).toMatchObject({ code: 'unavailable' });
    expect(await ledgerOf(admin)).toEqual(IDS.slice(0, IDS.indexOf(id) + 1));
    expect(await dumpSchema(admin)).toEqual(whole);
    expect(await migrator.down('all')).toEqual(IDS.slice(0, IDS.indexOf(id) + 1).toReversed());
  });
});

describe('any number of ways back at once', () => {
  it('undo each migration once', async () => {
    const { admin, database } = await migratedDatabase();
    const starters = Array.from({ length: IDS.length + 2 }, () =>
      createMigrator(database.address('gatehouse_owner')),
    );

    const undone = await Promise.all(starters.map((starter) => starter.down()));

    expect(undone.flat().toSorted()).toEqual(IDS);
    expect(await ledgerOf(admin)).toEqual([]);
  });
});

describe('the way back is refused, and nothing is undone,', () => {
  it('when an applied file was changed', async () => {
    const { migrator, admin } = await migratedDatabase();
    await admin.query(`UPDATE gatehouse.migrations SET checksum = 'another' WHERE id = $1`, [LAST]);

    await expect(migrator.down('all')).rejects.toMatchObject({
      name: 'MigrationRefused',
      message: expect.stringContaining(`${LAST} was changed`),
    });
    expect(await ledgerOf(admin)).toEqual(IDS);
  });

  // Its way back lies with the newer version; undoing ours beneath it would leave it standing on nothing.
  it('when a newer version applied what is to be undone', async () => {
    const { migrator, admin } = await migratedDatabase();
    await admin.query(`INSERT INTO gatehouse.migrations (id, checksum) VALUES ('9999_of_tomorrow', 'x')`);

    for (const extent of ['all', { count: 1 }, { to: IDS[0] ?? '' }] as const) {
      await expect(migrator.down(extent)).rejects.toMatchObject({
        name: 'MigrationRefused',
        message: expect.stringContaining('9999_of_tomorrow has no file here'),
      });
    }
    expect(await migrator.down({ to: '9999_of_tomorrow' })).toEqual([]);
    expect(await ledgerOf(admin)).toEqual([...IDS, '9999_of_tomorrow']);
  });

  it('when it is to stop at what is not applied, or is not known', async () => {
    const { migrator, admin } = await migratedDatabase();
    await migrator.down();

    await expect(migrator.down({ to: LAST })).rejects.toMatchObject({
      name: 'MigrationRefused',
      message: expect.stringContaining(`${LAST} is not applied`),
    });
    await expect(migrator.down({ to: '0001_nonsense' })).rejects.toMatchObject({
      name: 'MigrationNotFound',
    });
    expect(await ledgerOf(admin)).toEqual(IDS.slice(0, -1));
  });

  it('to whoever does not act as the owner', async () => {
    const { database, admin } = await migratedDatabase();
    const superuser = createMigrator(database.address(null));

    await expect(superuser.down()).rejects.toMatchObject({ name: 'WrongDatabaseRole' });
    expect(await ledgerOf(admin)).toEqual(IDS);
  });
});

describe('a file that came in before one that is applied', () => {
  it('is brought in by going back before it and forth again', async () => {
    const folder = await folderOf({ '0000_make_a': table('a'), '0002_make_c': table('c') });
    const { migrator, admin } = await emptyDatabase(folder);
    await migrator.up();
    await writeFile(new URL('0001_make_b.sql', folder), table('b').up);
    await writeFile(new URL('0001_make_b.down.sql', folder), table('b').down);

    expect(await migrator.down()).toEqual(['0002_make_c']);
    expect(await migrator.up()).toEqual(['0001_make_b', '0002_make_c']);
    expect(await ledgerOf(admin)).toEqual(['0000_make_a', '0001_make_b', '0002_make_c']);
  });
});

describe('a way back that cannot run in a transaction', () => {
  const index = {
    up: '-- gatehouse: no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a_id_idx ON gatehouse.a (id)',
    down: '-- gatehouse: no transaction\nDROP INDEX CONCURRENTLY IF EXISTS gatehouse.a_id_idx',
  };

  it('is run outside of one, however its way forth is run', async () => {
    const folder = await folderOf({
      '0000_make_a': table('a'),
      '0001_index_a': { ...index, up: 'CREATE INDEX a_id_idx ON gatehouse.a (id)' },
    });
    const { migrator, admin } = await emptyDatabase(folder);
    await migrator.up();

    expect(await migrator.down()).toEqual(['0001_index_a']);
    expect(await indexesOf(admin)).toEqual([]);
  });

  it('is struck out only after its last statement, and is run again by the next call', async () => {
    const down = `${index.down};\n--> statement-breakpoint\nDROP TABLE gatehouse.nothing`;
    const folder = await folderOf({ '0000_make_a': table('a'), '0001_index_a': { ...index, down } });
    const { migrator, admin } = await emptyDatabase(folder);
    await migrator.up();

    await expect(migrator.down()).rejects.toMatchObject({ name: 'MigrationFailed', sqlState: '42P01' });
    expect([await indexesOf(admin), await ledgerOf(admin)]).toEqual([[], ['0000_make_a', '0001_index_a']]);

    await rm(new URL('0001_index_a.down.sql', folder));
    await writeFile(new URL('0001_index_a.down.sql', folder), index.down);
    expect(await migrator.down()).toEqual(['0001_index_a']);
  });

  async function indexesOf(admin: pg.Pool): Promise<readonly unknown[]> {
    return (await admin.query(`SELECT indexname FROM pg_indexes WHERE tablename = 'a'`)).rows;
  }
});

/** All that can be said of the schema: by our catalog queries and, where one fits the server, by pg_dump. */
async function portrait(database: TestDatabase, admin: Migrated['admin']): Promise<readonly string[]> {
  return [...(await dumpSchema(admin)), ...((await pgDump(database, admin)) ?? [])];
}

function table(name: string): Readonly<{ up: string; down: string }> {
  return { up: `CREATE TABLE gatehouse.${name} (id integer)`, down: `DROP TABLE gatehouse.${name}` };
}
