import { PostgresFailure, translateError } from '../errors.ts';

/** The database and the files disagree about the past, or the past is not what the call supposes. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused';
}

/** No file of this version has the id, and the ledger does not know it either. */
export class MigrationNotFound extends Error {
  override readonly name = 'MigrationNotFound';

  constructor(id: string) {
    super(`There is no migration "${id}"`);
  }
}

/** The database refused a statement of a file. The message is the database's own: it is for whoever migrates. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed';
  readonly sqlState: string;

  constructor(id: string, reason: string, cause: PostgresFailure) {
    super(`Migration ${id} failed: ${reason} (SQLSTATE ${cause.sqlState})`, { cause });
    this.sqlState = cause.sqlState;
  }
}

/** What is thrown when a file could not be run: `MigrationFailed`, or as it came when the database is away. */
export function failureOf(id: string, error: unknown): unknown {
  const translated = translateError(error);
  const isRefusal = translated instanceof PostgresFailure && error instanceof Error;
  return isRefusal ? new MigrationFailed(id, error.message, translated) : error;
}
