import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { emptyDatabase, ledgerOf } from './migrated-databases.ts';
import { dumpSchema } from './schema-dump.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCHEMA = 'adapters/postgres/schema/index.ts';

const FIRST = things("name: text('name')", '');
const COLOUR = "colour: text('colour').notNull().default('red')";
const COLOUR_KEY = "unique('things_colour_key').on(table.colour)";
const PARTS = `
  export const parts = gatehouse.table('parts', { id: uuid('id').notNull(), thing: uuid('thing') }, (table) => [
    primaryKey({ name: 'parts_pkey', columns: [table.id] }),
    foreignKey({ name: 'parts_thing_fkey', columns: [table.thing], foreignColumns: [things.id] }),
    index('parts_thing_idx').on(table.thing),
    uniqueIndex('parts_both_key').on(table.thing, table.id),
  ]);`;
const SECOND = things(`name: text('name'), ${COLOUR}`, COLOUR_KEY) + PARTS;
const THIRD = things(COLOUR, COLOUR_KEY) + PARTS;
const FOURTH = things(`name: text('name'), ${COLOUR}, size: text('size').default('a;b')`, COLOUR_KEY) + PARTS;

it('writes a pair that follows all others, and whose way back leaves what there was', async () => {
  const project = await projectOf(FIRST);
  expect(await project.generate('--name', 'create_things')).toMatchObject({ code: 0, stderr: '' });
  await project.allowSchema();
  await project.write(
    'drizzle/0001_by_hand.sql',
    'CREATE VIEW gatehouse.names AS SELECT name FROM gatehouse.things',
  );
  await project.write('drizzle/0001_by_hand.down.sql', 'DROP VIEW gatehouse.names');
  const { migrator, admin } = await emptyDatabase(project.migrations);
  await migrator.up();
  const before = await dumpSchema(admin);
  await project.write(SCHEMA, SECOND);

  const { code, stdout } = await project.generate('--name', 'add_parts');

  expect([code, stdout]).toEqual([0, expect.stringContaining('0002_add_parts.down.sql')]);
  expect(stdout).toContain('ROW LEVEL SECURITY, its\npolicies and its grants');
  expect(await migrator.up()).toEqual(['0002_add_parts']);
  const after = await dumpSchema(admin);
  expect(after).toEqual(expect.arrayContaining([expect.stringMatching(/^column parts\.thing /)]));
  await migrator.down();
  expect(await dumpSchema(admin)).toEqual(before);
  await migrator.up();
  expect(await dumpSchema(admin)).toEqual(after);
});

it('numbers on from what was generated, and keeps the journal of all before', async () => {
  const project = await projectOf(FIRST);
  await project.generate('--name', 'create_things');
  await project.write('drizzle/0006_by_hand.sql', '');
  await project.write(SCHEMA, SECOND);

  await project.generate('--name', 'add_parts');
  await project.write(SCHEMA, FIRST);
  await project.generate('--name', 'drop_parts');

  expect(await project.files('drizzle')).toEqual([
    '0000_create_things.down.sql',
    '0000_create_things.sql',
    '0006_by_hand.sql',
    '0007_add_parts.down.sql',
    '0007_add_parts.sql',
    '0008_drop_parts.down.sql',
    '0008_drop_parts.sql',
    'meta',
  ]);
  const journal = JSON.parse(await project.read('drizzle/meta/_journal.json'));
  expect(journal.entries.map(({ idx, tag }: { idx: number; tag: string }) => [idx, tag])).toEqual([
    [0, '0000_create_things'],
    [7, '0007_add_parts'],
    [8, '0008_drop_parts'],
  ]);
});

it.each([
  ['drops a column', THIRD, 'ALTER TABLE "gatehouse"."things" DROP COLUMN "name";'],
  [
    'may be more than one statement',
    FOURTH,
    `ALTER TABLE "gatehouse"."things" ADD COLUMN "size" text DEFAULT 'a;b';`,
  ],
])('writes a way back that fails until a person has written it, where the way forth %s', async (_, next, up) => {
  const project = await projectOf(SECOND);
  await project.generate('--name', 'create_things');
  await project.allowSchema();
  await project.write(SCHEMA, next);

  const { code, stdout } = await project.generate('--name', 'change_things');

  expect([code, stdout]).toEqual([0, expect.stringContaining('to be written by hand')]);
  expect(await project.read('drizzle/0001_change_things.down.sql')).toContain(`-- ${up}\nDO $$`);
  const { migrator, admin } = await emptyDatabase(project.migrations);
  await migrator.up();
  await expect(migrator.down()).rejects.toMatchObject({
    name: 'MigrationFailed',
    message: expect.stringContaining('write the way back'),
  });
  expect(await ledgerOf(admin)).toEqual(['0000_create_things', '0001_change_things']);
});

// Otherwise the next one to generate would write again what somebody has written by hand.
it('has nothing to write for the schema of this version, says so and leaves no file', async () => {
  const project = await projectOf(null);
  const before = await project.files('drizzle');

  const answer = await project.generate('--name', 'add_x');

  expect(answer).toEqual({ code: 0, stdout: 'The schema has not changed: nothing to write\n', stderr: '' });
  expect(await project.files('drizzle')).toEqual(before);
});

it.each([
  [[]],
  [['--name']],
  [['--name', '']],
  [['--name', 'x']],
  [['--name', '../x_y']],
  [['--nom', 'add_x']],
])('refuses %j with 2 and its usage', async (args) => {
  const project = await projectOf(FIRST);

  const answer = await project.generate(...args);

  expect(answer).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('Usage: npm run db:generate'),
  });
  expect(await project.files('drizzle')).toEqual([]);
});

it('fails, says why and leaves no file, when there is nobody to ask whether something was renamed', async () => {
  const project = await projectOf(FIRST);
  await project.generate('--name', 'create_things');
  await project.write(SCHEMA, FIRST.replaceAll("'name'", "'title'"));
  const before = await project.files('drizzle');

  const answer = await project.generate('--name', 'rename_name');

  expect(answer).toMatchObject({ code: 1, stderr: expect.stringContaining('Interactive prompts') });
  expect(await project.files('drizzle')).toEqual(before);
});

/** A schema with one table, with these columns and constraints beside its key. */
function things(columns: string, constraints: string): string {
  return `
    import { foreignKey, index, pgSchema, primaryKey, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
    export const gatehouse = pgSchema('gatehouse');
    export const things = gatehouse.table('things', { id: uuid('id').notNull(), ${columns} }, (table) => [
      primaryKey({ name: 'things_pkey', columns: [table.id] }),
      ${constraints}
    ]);`;
}

/** A copy of what `npm run db:generate` works on, with a schema of its own or, for `null`, with ours. */
async function projectOf(schema: string | null) {
  const root = await mkdtemp(join(tmpdir(), 'gatehouse-project-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  const copied = ['package.json', 'drizzle.config.ts', 'app/db-generate.mjs'];
  const ours = ['drizzle', 'adapters/postgres/schema', 'core'];
  for (const path of schema === null ? [...copied, ...ours] : copied) {
    await cp(join(ROOT, path), join(root, path), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  await mkdir(join(root, 'drizzle'), { recursive: true });
  if (schema !== null) await write(SCHEMA, schema);
  return {
    migrations: pathToFileURL(join(root, 'drizzle/')),
    write,
    read: (path: string) => readFile(join(root, path), 'utf8'),
    files: async (folder: string) => (await readdir(join(root, folder))).sort(),
    generate: (...args: string[]) => run(join(root, 'app/db-generate.mjs'), args),
    /** The ledger is in our schema, which is there before any file is run. */
    async allowSchema() {
      const path = 'drizzle/0000_create_things.sql';
      await write(path, (await this.read(path)).replace('CREATE SCHEMA', 'CREATE SCHEMA IF NOT EXISTS'));
    },
  };
}

type Answer = Readonly<{ code: number; stdout: string; stderr: string }>;

function run(script: string, args: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}
