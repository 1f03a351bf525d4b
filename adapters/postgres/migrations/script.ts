import { LOCK_KEY } from './connection.ts';
import { isTransactional, type Migration, statementsOf } from './files.ts';
import { MAKE_LEDGER, noteStatement } from './ledger.ts';

/**
 * What applying these migrations runs, as one script for `psql`: the role and the lock, each file as it is run, and
 * its entry in the ledger.
 */
export function scriptOf(migrations: readonly Migration[]): string {
  if (migrations.length === 0) return '-- Nothing to apply';
  const blocks = [
    '-- Run it over a direct connection, and stop at the first error: psql -v ON_ERROR_STOP=1 -f FILE\n' +
      'SET ROLE gatehouse_owner;',
    `SELECT pg_advisory_lock(${LOCK_KEY});`,
    ended(MAKE_LEDGER),
    ...migrations.map(blockOf),
    `SELECT pg_advisory_unlock(${LOCK_KEY});\nRESET ROLE;`,
  ];
  return blocks.join('\n\n');
}

function blockOf(migration: Migration): string {
  const { id, up } = migration;
  const note = ended(noteStatement(migration));
  const parts = isTransactional(up)
    ? ['BEGIN;', ended(up), note, 'COMMIT;']
    : [...statementsOf(up).map(ended), note];
  return [`-- ${id}`, ...parts].join('\n');
}

/** `sql` with the semicolon at its end without which `psql` would read on. */
function ended(sql: string): string {
  const text = sql.trim();
  return text.endsWith(';') ? text : `${text}\n;`;
}
