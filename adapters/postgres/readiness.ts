import type pg from 'pg';
import { readMigrations } from './migrations/files.ts';
import { createQuery } from './query.ts';

/** What a probe may know of the database. */
export interface DatabaseReadiness {
  /** Whether a connection can be had, may write, and finds the schema that this version needs. Never throws. */
  isReady(): Promise<boolean>;
  /** Whether it answers at all. Never throws. */
  isUp(): Promise<boolean>;
}

const LOOK = `
  SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS may_write,
    (SELECT array_agg(id) FROM gatehouse.migrations) AS applied`;

type Look = Readonly<{ may_write: boolean; applied: string[] | null }>;

/** Asks over the very pool that serves. Migrations beyond ours are a newer version's, and fit. */
export function createDatabaseReadiness(pool: pg.Pool): DatabaseReadiness {
  const query = createQuery(pool);
  const needed = readMigrations().then((migrations) => migrations.map(({ id }) => id));
  // Told by isReady; a rejection that nobody has awaited yet would end the process.
  needed.catch(() => undefined);

  return {
    async isReady() {
      try {
        const ids = await needed;
        const { rows } = await query<Look>(LOOK);
        const [look] = rows;
        const applied = new Set(look?.applied ?? []);
        return look?.may_write === true && ids.every((id) => applied.has(id));
      } catch {
        return false;
      }
    },

    isUp: () =>
      query('SELECT').then(
        () => true,
        () => false,
      ),
  };
}
