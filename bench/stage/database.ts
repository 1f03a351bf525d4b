import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { createMigrator } from '../../adapters/postgres/migrations/migrator.ts';
import { provisionRoles } from '../../adapters/postgres/provision-roles.ts';
import type { BenchPostgres } from './postgres.ts';

const FLOORS = new URL('../floors/schema.sql', import.meta.url);

/** Makes a database with the three roles, brings the schema up as its owner, and adds what the floors ask. */
export async function makeDatabase(postgres: BenchPostgres, name: string): Promise<void> {
  await makeEmptyDatabase(postgres, name);
  const addressOf = (role?: string) => ({
    connection: { connectionString: postgres.url(name, role) },
    role: null,
    ssl: false as const,
  });
  await provisionRoles(addressOf());
  await createMigrator(addressOf('gatehouse_owner')).up();
  await asSuperuser(postgres, name, await readFile(FLOORS, 'utf8'));
}

export async function makeEmptyDatabase(postgres: BenchPostgres, name: string): Promise<void> {
  await asSuperuser(postgres, 'postgres', `CREATE DATABASE ${name}`);
}

/** Runs statements as the superuser, whom row-level security does not bind. @returns the rows of the last one */
export async function asSuperuser<Row extends pg.QueryResultRow>(
  postgres: BenchPostgres,
  database: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: postgres.url(database) });
  await client.connect();
  try {
    const { rows } = await client.query<Row>(statement, values.length > 0 ? [...values] : undefined);
    return rows;
  } finally {
    await client.end();
  }
}
