import { describe, expect, it } from 'vitest';
import { LOCK_KEY } from '../../adapters/postgres/migrations/connection.ts';
import { emptyDatabase, folderOf, IDS, MIGRATIONS, migratedDatabase } from './migrated-databases.ts';
import { dumpSchema } from './schema-dump.ts';

const [FIRST = '', SECOND = '', THIRD = ''] = IDS;

describe('the way forth', () => {
  it('applies so many, in order, and no more than there are', async () => {
    const { migrator } = await emptyDatabase();

    expect(await migrator.up({ count: 2 })).toEqual([FIRST, SECOND]);
    expect(await migrator.up({ count: 999 })).toEqual(IDS.slice(2));
    expect(await migrator.up({ count: 1 })).toEqual([]);
  });

  it('stops after the one that it is told, and has nothing to do when it is applied already', async () => {
    const { migrator } = await emptyDatabase();

    expect(await migrator.up({ to: SECOND })).toEqual([FIRST, SECOND]);
    expect(await migrator.up({ to: SECOND })).toEqual([]);
    expect(await migrator.up({ to: FIRST })).toEqual([]);
    expect(await migrator.status()).toEqual({ current: SECOND, pending: IDS.slice(2) });
  });

  it('goes nowhere when it is told to go where nobody knows', async () => {
    const { migrator, admin } = await emptyDatabase();

    await expect(migrator.up({ to: '0001_nonsense' })).rejects.toMatchObject({
      name: 'MigrationNotFound',
      message: expect.stringContaining('0001_nonsense'),
    });
    expect(await dumpSchema(admin)).toEqual([]);
  });
});

describe('the script', () => {
  it('is what would run: run by hand it leaves the same schema and a ledger that fits', async () => {
    const { migrator, admin, database } = await emptyDatabase();
    const straight = await migratedDatabase();

    const { pending, sql } = await migrator.script();

    expect([pending, await dumpSchema(admin)]).toEqual([IDS, []]);
    await database.pool(null, 1).query(sql);
    expect(await dumpSchema(admin)).toEqual(await dumpSchema(straight.admin));
    expect((await migrator.history()).map(({ id, file }) => [id, file])).toEqual(
      IDS.map((id) => [id, 'same']),
    );
    expect(await migrator.script()).toEqual({ pending: [], sql: '-- Nothing to apply' });
  });

  it('goes as far as it is told', async () => {
    const { migrator } = await emptyDatabase();
    await migrator.up({ count: 1 });

    const next = await migrator.script({ count: 1 });

    expect(next.pending).toEqual([SECOND]);
    expect(next.sql).toContain(`VALUES ('${SECOND}', '${MIGRATIONS[1]?.checksum}')`);
    expect(next.sql).not.toContain(THIRD);
    expect((await migrator.script({ to: THIRD })).pending).toEqual([SECOND, THIRD]);
    await expect(migrator.script({ to: '0001_nonsense' })).rejects.toMatchObject({
      name: 'MigrationNotFound',
    });
  });

  it('holds each file and its entry in a transaction, unless the file cannot run in one', async () => {
    const folder = await folderOf({
      '0000_make_table': 'CREATE TABLE gatehouse.a (id integer)',
      '0001_index_table': '-- gatehouse: no transaction\nSELECT 1\n--> statement-breakpoint\nSELECT 2;',
    });
    const { migrator } = await emptyDatabase(folder);

    const { sql } = await migrator.script();

    expect(withoutChecksums(sql.slice(sql.indexOf('-- 0000_make_table')))).toBe(`-- 0000_make_table
BEGIN;
CREATE TABLE gatehouse.a (id integer)
;
INSERT INTO gatehouse.migrations (id, checksum) VALUES ('0000_make_table', '…')
;
COMMIT;

-- 0001_index_table
-- gatehouse: no transaction
SELECT 1
;
SELECT 2;
INSERT INTO gatehouse.migrations (id, checksum) VALUES ('0001_index_table', '…')
;

SELECT pg_advisory_unlock(${LOCK_KEY});
RESET ROLE;`);
  });

  it('waits for nobody who migrates at the moment', async () => {
    const { migrator, database } = await migratedDatabase();
    const busy = await database.pool('gatehouse_owner', 1).connect();
    await busy.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);

    const { pending } = await migrator.script();
    busy.release(true);

    expect(pending).toEqual([]);
  });
});

describe('the history', () => {
  it('tells what is applied, when and as which file, the newest last', async () => {
    const { migrator, admin } = await migratedDatabase();

    const history = await migrator.history();

    const { rows } = await admin.query<{ at: Date }>(
      'SELECT applied_at AS at FROM gatehouse.migrations ORDER BY id',
    );
    expect(history).toEqual(
      MIGRATIONS.map(({ id, checksum }, index) => ({
        id,
        checksum,
        appliedAt: rows[index]?.at,
        file: 'same',
      })),
    );
  });

  it('is empty where nothing is applied', async () => {
    const { migrator, admin } = await emptyDatabase();

    expect(await migrator.history()).toEqual([]);
    expect(await dumpSchema(admin)).toEqual([]);
  });

  it('names what the others refuse: a changed file, and one of a newer version', async () => {
    const { migrator, admin } = await migratedDatabase();
    await admin.query(`UPDATE gatehouse.migrations SET checksum = 'another' WHERE id = $1`, [SECOND]);
    await admin.query(`INSERT INTO gatehouse.migrations (id, checksum) VALUES ('9999_of_tomorrow', 'x')`);

    const odd = (await migrator.history()).filter(({ file }) => file !== 'same');

    expect(odd.map(({ id, checksum, file }) => [id, checksum, file])).toEqual([
      [SECOND, 'another', 'changed'],
      ['9999_of_tomorrow', 'x', 'missing'],
    ]);
  });
});

function withoutChecksums(sql: string): string {
  return sql.replace(/'[0-9a-f]{64}'/g, "'…'");
}
