import { join } from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { startEmbedded } from '../../adapters/postgres/embedded/index.ts';
import { readMigrations } from '../../adapters/postgres/migrations/files.ts';
import { runCli, runCliShared } from '../support/cli-process.ts';
import { temporaryFolder } from '../support/server-process.ts';

const MIGRATIONS = await readMigrations();
const IDS = MIGRATIONS.map(({ id }) => id);
const [FIRST = '', SECOND = ''] = IDS;
const LAST = IDS.at(-1) ?? '';

it('goes forth and back by number, by id and all the way', async () => {
  const { migrate } = await freshDatabase();
  const stateAt = (id: string) => ({ current: id, pending: IDS.slice(IDS.indexOf(id) + 1) });

  expect(await migrate('up', '1')).toEqual({ applied: [FIRST], ...stateAt(FIRST) });
  expect(await migrate('up', '--to', SECOND)).toEqual({ applied: [SECOND], ...stateAt(SECOND) });
  expect(await migrate('up', '--to', FIRST)).toEqual({ applied: [], ...stateAt(SECOND) });
  expect(await migrate('up')).toEqual({ applied: IDS.slice(2), ...stateAt(LAST) });

  expect(await migrate('down')).toEqual({ undone: [LAST], ...stateAt(IDS.at(-2) ?? '') });
  expect(await migrate('down', '--to', SECOND)).toMatchObject(stateAt(SECOND));
  expect(await migrate('down', '1')).toEqual({ undone: [SECOND], ...stateAt(FIRST) });
  expect(await migrate('down', '--all')).toEqual({ undone: [FIRST], current: null, pending: IDS });
  expect(await migrate('down')).toEqual({ undone: [], current: null, pending: IDS });
});

it('tells the history, and takes for applied what it is told to', async () => {
  const { migrate, client } = await freshDatabase();
  await migrate('up');
  const before = await migrate('history');
  await client.query('DROP TABLE gatehouse.migrations');

  const stamped = await migrate('stamp', LAST);

  expect(stamped).toEqual({ recorded: IDS, removed: [], current: LAST, pending: [] });
  const history = await migrate('history');
  const applied_at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(history).toEqual({
    data: MIGRATIONS.map(({ id, checksum }) => ({ id, applied_at, checksum, file: 'same' })),
  });
  expect(history).toMatchObject({
    data: before.data.map(({ id, checksum }: { id: string; checksum: string }) => ({ id, checksum })),
  });
  expect(await migrate('stamp', FIRST)).toMatchObject({
    recorded: [],
    removed: IDS.slice(1),
    current: FIRST,
  });
});

it('prints what it would run, and changes nothing', async () => {
  const { migrate, cli, client } = await freshDatabase();

  const asText = await cli('up', '--sql', '--to', SECOND);
  const asJson = await migrate('up', '--sql', '--to', SECOND);

  expect(asJson).toEqual({ pending: [FIRST, SECOND], sql: asText.stdout.slice(0, -1) });
  expect(await migrate('status')).toEqual({ current: null, pending: IDS });
  // Roles are made by what changes something.
  const schemas = `SELECT 1 FROM pg_namespace WHERE nspname = 'gatehouse'
    UNION ALL SELECT 1 FROM pg_roles WHERE rolname = 'gatehouse_owner'`;
  expect((await client.query(schemas)).rows).toEqual([]);

  await migrate('up', '1');
  const { sql } = await migrate('up', '--sql', '1');
  await client.query(sql);
  expect(await migrate('status')).toEqual({ current: SECOND, pending: IDS.slice(2) });
});

it('says in words what it did', async () => {
  const { cli } = await freshDatabase();
  const said = async (...args: string[]) => (await cli(...args)).stdout;

  expect(await said('up', '2')).toBe(`Applied ${FIRST}, ${SECOND}\n`);
  expect(await said('down')).toBe(`Undone ${SECOND}\n`);
  expect(await said('up', '--to', FIRST)).toBe('Nothing to apply\n');
  expect(await said('stamp', SECOND)).toBe(`Current: ${SECOND}\nRecorded: ${SECOND}\nRemoved: none\n`);
  expect(await said('history')).toMatch(
    new RegExp(`^ID +APPLIED AT +FILE +CHECKSUM\n${FIRST} +20.*Z +same +[0-9a-f]{64}\n`),
  );
  expect(await said('stamp', FIRST)).toBe(`Current: ${FIRST}\nRecorded: none\nRemoved: ${SECOND}\n`);
});

it('is refused with the code that says why, before anything is changed', async () => {
  const { cli, migrate, client } = await freshDatabase();
  await migrate('up', '2');
  const codeOf = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli(...args, '--json');
    return [stdout, stderr === '', code];
  };
  const refused = (code: number) => ['', false, code];

  expect(await codeOf('up', '0')).toEqual(refused(2));
  expect(await codeOf('down', '1', '--all')).toEqual(refused(2));
  for (const unknown of [['up', '--to'], ['down', '--to'], ['stamp']]) {
    expect([unknown, await codeOf(...unknown, '0001_nonsense')]).toEqual([unknown, refused(6)]);
  }
  expect(await codeOf('down', '--to', LAST)).toEqual(refused(7));

  await client.query(`UPDATE gatehouse.migrations SET checksum = 'another' WHERE id = $1`, [FIRST]);
  for (const command of ['up', 'down', 'status']) {
    expect([command, await codeOf(command)]).toEqual([command, refused(7)]);
  }
  expect((await migrate('history')).data).toMatchObject([{ file: 'changed' }, { file: 'same' }]);
});

it('fails with 1, and with the reason, when the database refuses a statement', async () => {
  const { cli, migrate, client } = await freshDatabase();
  await migrate('up', '1');
  await client.query('CREATE VIEW public.in_the_way AS SELECT slug FROM gatehouse.tenants');

  const { code, stdout, stderr } = await cli('down', '--json');

  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`Migration ${FIRST} failed: cannot drop`);
  expect(await migrate('status')).toMatchObject({ current: FIRST });
});

it('applies each migration once, when four start at once on an empty database', async () => {
  const { dataDir, client } = await freshDatabase();
  const up = () => runCli(['migrate', 'up', '--json'], { env: { DATA_DIR: dataDir }, cwd: dataDir });

  const answers = await Promise.all([up(), up(), up(), up()]);

  expect(answers.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(answers.flatMap(({ stdout }) => JSON.parse(stdout).applied)).toEqual(IDS);
  const { rows } = await client.query('SELECT id FROM gatehouse.migrations ORDER BY id');
  expect(rows.map(({ id }) => id)).toEqual(IDS);
});

/** A database in which nothing is yet, kept up while the commands come and go. */
async function freshDatabase() {
  const dataDir = await temporaryFolder();
  const embedded = await startEmbedded({ dir: join(dataDir, 'postgres') });
  onTestFinished(() => embedded.stop());
  const client = new pg.Client(embedded.connection);
  await client.connect();
  onTestFinished(() => client.end());
  const cli = (...args: string[]) =>
    runCliShared(['migrate', ...args], { env: { DATA_DIR: dataDir }, cwd: dataDir });
  return {
    dataDir,
    client,
    cli,
    /** What the command answers as JSON, which must be all that it prints. */
    async migrate(...args: string[]) {
      const { code, stdout, stderr } = await cli(...args, '--json');
      expect([args, code, code === 0 ? '' : stderr]).toEqual([args, 0, '']);
      return JSON.parse(stdout);
    },
  };
}
