import type pg from 'pg';
import { failureOf } from './errors.ts';
import { isTransactional, type Migration, statementsOf } from './files.ts';
import { noteStatement, strikeStatement } from './ledger.ts';

/** Applies one migration and notes it, together or not at all; one without a transaction is noted at its end. */
export function applyFile(client: pg.Client, migration: Migration): Promise<void> {
  return runFile(client, migration, { sql: migration.up, ledgerStatement: noteStatement(migration) });
}

/** Undoes one migration and strikes it out, together or not at all; one without a transaction at its end. */
export function undoFile(client: pg.Client, migration: Migration): Promise<void> {
  return runFile(client, migration, { sql: migration.down, ledgerStatement: strikeStatement(migration.id) });
}

type Run = Readonly<{ sql: string; ledgerStatement: string }>;

async function runFile(client: pg.Client, { id }: Migration, { sql, ledgerStatement }: Run): Promise<void> {
  try {
    if (isTransactional(sql)) await inTransaction(client, [sql, ledgerStatement]);
    else for (const statement of [...statementsOf(sql), ledgerStatement]) await client.query(statement);
  } catch (error) {
    throw failureOf(id, error);
  }
}

/** Runs the scripts in one transaction: all of them, or none. */
export async function inTransaction(client: pg.Client, scripts: readonly string[]): Promise<void> {
  await client.query('BEGIN');
  try {
    for (const script of scripts) await client.query(script);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
