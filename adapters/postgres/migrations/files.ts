import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** One step of the schema, forth and back. */
export type Migration = Readonly<{
  /** `NNNN_<verb>_<what>`: also the order. */
  id: string;
  up: string;
  down: string;
  /** SHA-256 of `up`, in hex. */
  checksum: string;
}>;

const NO_TRANSACTION = '-- gatehouse: no transaction';
const BREAKPOINT = '--> statement-breakpoint';

/** Where the migrations lie: beside the sources, and beside what is built of them. */
export const MIGRATIONS_FOLDER = new URL('../../../drizzle/', import.meta.url);

/** All migrations in their order. Throws when one lacks its way back. */
export async function readMigrations(folder: URL = MIGRATIONS_FOLDER): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const id = name.slice(0, -'.sql'.length);
      const up = await readFile(new URL(name, folder), 'utf8');
      const down = await readFile(new URL(`${id}.down.sql`, folder), 'utf8');
      return { id, up, down, checksum: createHash('sha256').update(up).digest('hex') };
    }),
  );
}

/** `false` where the file's first line says that it cannot run in a transaction; such a file must be repeatable. */
export function isTransactional(sql: string): boolean {
  return !sql.startsWith(NO_TRANSACTION);
}

/** The statements of a file that must be run one by one. */
export function statementsOf(sql: string): readonly string[] {
  return sql.split(BREAKPOINT).filter((statement) => statement.trim() !== '');
}
