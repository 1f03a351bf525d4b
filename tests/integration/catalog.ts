import type pg from 'pg';
import { createTestDatabase } from '../support/postgres.ts';

export type Ask = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;

/** Asks the catalog of a database of the test's own, just migrated. */
export async function catalog(): Promise<Ask> {
  const admin = (await createTestDatabase()).pool(null, 1);
  return async (text, values) => (await admin.query(text, values)).rows;
}
