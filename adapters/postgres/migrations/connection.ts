import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { translateError } from '../errors.ts';
import { clientConfig, type DatabaseAddress, WrongDatabaseRole } from '../pools.ts';
import { MigrationFailed, MigrationNotFound, MigrationRefused } from './errors.ts';

/** The session lock of whoever changes the schema. */
export const LOCK_KEY = 0x6d696772; // "migr"
const LOCK_RETRY_MS = 100;
const CONNECT_TIMEOUT_MS = 5_000;
const OWN_ERRORS = [MigrationFailed, MigrationNotFound, MigrationRefused, WrongDatabaseRole];

/** Runs `work` over a connection of its own, closed at the end. What is thrown may leave this adapter. */
export async function withClient<T>(
  address: DatabaseAddress,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...clientConfig(address), connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // The rejected call tells of it; without a listener it would end the process as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw OWN_ERRORS.some((kind) => error instanceof kind) ? error : translateError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Resolves when this connection has the lock, which it keeps to its end.
 *
 * Asks for it again and again instead of waiting in one statement: that would hold a snapshot, and CREATE INDEX
 * CONCURRENTLY in the process that has the lock would wait for it in turn.
 */
export async function untilLocked(client: pg.Client): Promise<void> {
  const askForLock = () => client.query('SELECT pg_try_advisory_lock($1) AS is_ours', [LOCK_KEY]);
  while (!(await askForLock()).rows[0]?.is_ours) await wait(LOCK_RETRY_MS);
}
