import { DrizzleQueryError } from 'drizzle-orm';
import pg from 'pg';
import { DomainError, Unavailable } from '../../core/kernel/errors.ts';

/** A database failure, told without the statement's parameters: those hold hashes and addresses. */
export class PostgresFailure extends Error {
  override readonly name = 'PostgresFailure';
  readonly sqlState: string;
  readonly constraint: string | null;

  constructor(error: pg.DatabaseError) {
    super(`Postgres refused a statement (SQLSTATE ${error.code ?? 'unknown'})`);
    this.sqlState = error.code ?? '';
    this.constraint = error.constraint ?? null;
  }
}

/** It is a replica now, as after a fail-over: the connection must be dropped. */
export const READ_ONLY = '25006';

// Connection lost or refused, too many of them, shutting down or starting up,
// cancelled by a time-out, lock not to be had, deadlock, read-only, no such role or database yet, or one that takes nobody in.
const AWAY = /^(08|53|57|25006|55000|55P03|40P01|40001|28000|28P01|3D000)/;

/** What `pg` says where no SQLSTATE tells that the database could not be asked. */
const UNREACHABLE =
  /timeout|SSL|TLS|certificate|altname|Connection terminated|Client has encountered a connection error|not queryable|Cannot use a pool|ECONN|ENOENT|EPIPE|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN|socket/i;

const TLS = /SSL|TLS|certificate|altname/i;

/**
 * The error that may leave this adapter.
 *
 * A database that is away, busy or read-only becomes `Unavailable`. Any other
 * refusal loses its parameters, which `DrizzleQueryError` prints in its message.
 */
export function translateError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  if (cause instanceof pg.DatabaseError) {
    const failure = new PostgresFailure(cause);
    return AWAY.test(failure.sqlState) ? new Unavailable(1, { cause: failure }) : failure;
  }
  if (cause instanceof Error && isUnreachable(cause))
    return new Unavailable(1, { cause: withoutDetails(cause) });
  return error instanceof DrizzleQueryError ? new Error('The database could not be asked') : error;
}

/** The SQLSTATE of whatever was thrown, or `null`. */
export function sqlStateOf(error: unknown): string | null {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof pg.DatabaseError ? (cause.code ?? null) : null;
}

/** Whether the connection itself failed, so that nobody knows what state it is in. */
export function isConnectionFailure(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  const isOurs = cause instanceof DomainError || cause instanceof pg.DatabaseError;
  return cause instanceof Error && !isOurs && isUnreachable(cause);
}

function isUnreachable(error: Error): boolean {
  return UNREACHABLE.test(`${error.message} ${String((error as { code?: unknown }).code ?? '')}`);
}

/** The reason, where it can hold no secret: a code, or what TLS says of hosts and certificates. */
function withoutDetails(error: Error): Error {
  const code = String((error as { code?: unknown }).code ?? error.name);
  return new Error(`The database cannot be reached (${TLS.test(error.message) ? error.message : code})`);
}
