// `npm run db:generate -- --name add_x`: writes the next migration, and its way back, from adapters/postgres/schema.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'drizzle');
const DRIZZLE_KIT = join(ROOT, 'node_modules', 'drizzle-kit', 'bin.cjs');
const BREAKPOINT = '--> statement-breakpoint';
const USAGE = 'Usage: npm run db:generate -- --name <verb>_<what>, such as add_invoices\n';
const REMINDER = `A new table of a tenant needs, by hand and in the same file: ENABLE and FORCE ROW LEVEL SECURITY, its
policies and its grants, as in drizzle/0001_isolate_tenants.sql.
`;
const WRITE_THE_WAY_BACK = "DO $$ BEGIN RAISE EXCEPTION 'write the way back in this file'; END $$;";
const TABLE = '("[^"]+"(?:\\."[^"]+")?)';
const INVERSES = [
  [new RegExp(`^CREATE TABLE ${TABLE} \\(`), (table) => `DROP TABLE ${table};`],
  [
    new RegExp(`^ALTER TABLE ${TABLE} ADD (COLUMN|CONSTRAINT) ("[^"]+") `),
    (table, kind, name) => `ALTER TABLE ${table} DROP ${kind} ${name};`,
  ],
  [
    /^CREATE (?:UNIQUE )?INDEX ("[^"]+") ON ("[^"]+"\.)?/,
    (index, schema = '') => `DROP INDEX ${schema}${index};`,
  ],
];

function main() {
  const name = readName();
  if (!name) {
    process.stderr.write(USAGE);
    return 2;
  }
  if (!existsSync(DRIZZLE_KIT)) {
    throw new Error('Drizzle Kit is not installed: run `npm ci` (with development dependencies) first');
  }
  const work = mkdtempSync(join(tmpdir(), 'gatehouse-db-generate-'));
  try {
    const id = `${nextNumber()}_${name}`;
    if (!generate(work, id, name)) {
      process.stdout.write('The schema has not changed: nothing to write\n');
      return 0;
    }
    keep(work, id);
    return 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The name that the migration is to have, or `null` where none was given or it is not `<verb>_<what>`. */
function readName() {
  try {
    const { values } = parseArgs({ options: { name: { type: 'string' } } });
    return /^[a-z0-9]+(_[a-z0-9]+)+$/.test(values.name ?? '') ? values.name : null;
  } catch {
    return null;
  }
}

/** The number after the highest one, of what was generated and of what was written by hand alike. */
function nextNumber() {
  const numbers = readdirSync(FOLDER).flatMap((name) => /^(\d{4})_.*\.sql$/.exec(name)?.[1] ?? []);
  return String(Math.max(-1, ...numbers.map(Number)) + 1).padStart(4, '0');
}

/**
 * Lets Drizzle Kit write into a folder of its own, so that a failure leaves nothing behind. Answers whether there was
 * anything to write.
 */
function generate(work, id, name) {
  if (existsSync(join(FOLDER, 'meta'))) cpSync(join(FOLDER, 'meta'), join(work, 'meta'), { recursive: true });
  numberFrom(work, Number(id.slice(0, 4)));
  const config = join(work, 'drizzle.config.ts');
  const base = JSON.stringify(join(ROOT, 'drizzle.config.ts'));
  // Drizzle Kit reads snapshots relative to the working directory.
  const out = JSON.stringify(relative(ROOT, work));
  writeFileSync(config, `import base from ${base};\nexport default { ...base, out: ${out} };\n`);
  const run = (stdio) =>
    spawnSync(process.execPath, [DRIZZLE_KIT, 'generate', '--config', config, '--name', name], {
      cwd: ROOT,
      stdio,
      encoding: 'utf8',
    });

  // It exits with 0 whatever happens: what it wrote and said tells what did.
  const { stdout, stderr } = run('pipe');
  if (existsSync(join(work, `${id}.sql`))) return true;
  const said = `${stdout}${stderr}`;
  if (said.includes('No schema changes')) return false;
  // Only people can say whether something was renamed, or dropped and made anew.
  if (said.includes('Interactive prompts require a TTY') && process.stdin.isTTY && process.stdout.isTTY) {
    run('inherit');
    if (existsSync(join(work, `${id}.sql`))) return true;
    throw new Error('Drizzle Kit wrote nothing');
  }
  process.stderr.write(said);
  throw new Error('Drizzle Kit failed');
}

/** Makes Drizzle Kit, which counts what it generated, use the number after those written by hand. */
function numberFrom(work, number) {
  const path = join(work, 'meta', '_journal.json');
  if (!existsSync(path)) return;
  const journal = JSON.parse(readFileSync(path, 'utf8'));
  const last = journal.entries.at(-1);
  if (last) last.idx = number - 1;
  writeFileSync(path, JSON.stringify(journal, null, 2));
}

function keep(work, id) {
  const up = readFileSync(join(work, `${id}.sql`), 'utf8').replaceAll(`;${BREAKPOINT}`, `;\n${BREAKPOINT}`);
  const statements = up.split(BREAKPOINT).map((statement) => statement.trim());
  const back = statements.map(inverseOf).reverse();
  writeFileSync(join(FOLDER, `${id}.down.sql`), `${back.join(`\n${BREAKPOINT}\n`)}\n`);
  writeFileSync(join(FOLDER, `${id}.sql`), `${up.trimEnd()}\n`);
  keepMeta(work, id);

  process.stdout.write(`Wrote drizzle/${id}.sql and its way back, drizzle/${id}.down.sql. Read both.\n`);
  if (back.some((statement) => statement.includes(WRITE_THE_WAY_BACK))) {
    process.stdout.write('A part of the way back is to be written by hand, and fails until it is.\n');
  }
  if (statements.some((statement) => statement.startsWith('CREATE TABLE'))) process.stdout.write(REMINDER);
}

/** Keeps the snapshot, and the journal with the numbers that it had. */
function keepMeta(work, id) {
  const meta = join(FOLDER, 'meta');
  const journal = JSON.parse(readFileSync(join(work, 'meta', '_journal.json'), 'utf8'));
  const before = existsSync(join(meta, '_journal.json'))
    ? JSON.parse(readFileSync(join(meta, '_journal.json'), 'utf8')).entries
    : [];
  const entries = [...before, journal.entries.at(-1)];
  const snapshot = `${id.slice(0, 4)}_snapshot.json`;
  cpSync(join(work, 'meta', snapshot), join(meta, snapshot));
  writeFileSync(join(meta, '_journal.json'), JSON.stringify({ ...journal, entries }, null, 2));
}

/** What undoes one generated statement; where that is not mechanical, something that cannot pass unnoticed. */
function inverseOf(statement) {
  const isOne = statement.indexOf(';') === statement.length - 1;
  for (const [pattern, inverse] of isOne ? INVERSES : []) {
    const match = pattern.exec(statement);
    if (match) return inverse(...match.slice(1));
  }
  return `${statement.replace(/^/gm, '-- ')}\n${WRITE_THE_WAY_BACK}`;
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
