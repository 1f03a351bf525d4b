import pg from 'pg';
import type { Migration } from './files.ts';

/** What the ledger holds of one migration. */
export type LedgerEntry = Readonly<{ id: string; checksum: string; appliedAt: Date }>;

/** Makes the schema and the empty ledger where they are not yet. */
export const MAKE_LEDGER = `CREATE SCHEMA IF NOT EXISTS gatehouse;
CREATE TABLE IF NOT EXISTS gatehouse.migrations (
  id text CONSTRAINT migrations_pkey PRIMARY KEY,
  checksum text NOT NULL,
  applied_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
)`;

/** What is applied, in order. Empty where there is no ledger yet. */
export async function readLedger(client: pg.Client): Promise<readonly LedgerEntry[]> {
  const { rows: exists } = await client.query(
    "SELECT to_regclass('gatehouse.migrations') IS NOT NULL AS is_there",
  );
  if (!exists[0]?.is_there) return [];
  // The order of the files' names, whatever the database's collation is.
  const { rows } = await client.query<LedgerEntry>(
    `SELECT id, checksum, applied_at AS "appliedAt" FROM gatehouse.migrations ORDER BY id COLLATE "C"`,
  );
  return rows;
}

/** The statement that notes a migration as applied. It fails where it is noted already. */
export function noteStatement({ id, checksum }: Migration): string {
  return `INSERT INTO gatehouse.migrations (id, checksum) VALUES (${[id, checksum].map(pg.escapeLiteral).join(', ')})`;
}

/** The statement that strikes a migration out. */
export function strikeStatement(id: string): string {
  return `DELETE FROM gatehouse.migrations WHERE id = ${pg.escapeLiteral(id)}`;
}
