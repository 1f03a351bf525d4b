import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgresError, systemCode } from './errors.ts';
import { poll } from './poll.ts';
import { findProcessRun, isStillRunning } from './processes.ts';

/** How the superuser connects. */
export type Connection = Readonly<{ host: string; port: number; user: string; database: string }>;

/** An entry in the list of those who use the server. It counts until it leaves or its process ends. */
export type Registration = Readonly<{
  leave(): Promise<void>;
}>;

const CONNECT_TIMEOUT_MS = 5000;
const ANSWER_TIMEOUT_MS = 30_000;
/** A backend whose client has just closed needs a moment to disappear. */
const CLOSING_TIMEOUT_MS = 500;
/**
 * `57P03`: starting up, or stopping. No socket is there yet, or there is one of a server that was killed a moment ago:
 * it takes connections until its process is gone, and resets them then.
 */
const NOT_YET = ['57P03', 'ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'];

/**
 * Enters this process as a user of the server. Connections alone would not do: who has just started it
 * has none yet, and an idle pool closes its last. Call it under the start lock.
 */
export async function register(usersDir: string): Promise<Registration> {
  const file = join(usersDir, `${process.pid}-${randomBytes(6).toString('hex')}`);
  await writeFile(file, (await findProcessRun(process.pid)) ?? '', { flag: 'wx' });
  return { leave: () => rm(file, { force: true }) };
}

/** Whether anybody is registered or connected. Call it under the start lock, after leaving. */
export async function isInUse(usersDir: string, connection: Connection): Promise<boolean> {
  if (await hasLiveUser(usersDir)) return true;
  const isFree = await poll(CLOSING_TIMEOUT_MS, async () => (await countClients(connection)) === 0 || null);
  return isFree === null;
}

/**
 * Waits until a server answers, as long as it `isThere`. One that says it is ready may still be recovering from the
 * crash of a backend, may just have been killed, or its word may be that of a killed one which had the same process
 * number.
 *
 * @returns whether it did; `false` where it ended instead
 * @throws EmbeddedPostgresError after 30 seconds.
 */
export async function waitForAnswer(
  connection: Connection,
  isThere: () => Promise<boolean>,
): Promise<boolean> {
  const isAnswering = await poll(ANSWER_TIMEOUT_MS, async () => {
    try {
      await countClients(connection);
      return true;
    } catch (error) {
      if (!isNotYet(error)) throw error;
      return (await isThere()) ? null : false;
    }
  });
  if (isAnswering !== null) return isAnswering;
  throw new EmbeddedPostgresError(
    `The embedded Postgres runs, but does not answer at ${connection.host} after ${ANSWER_TIMEOUT_MS / 1000} seconds.`,
  );
}

function isNotYet(error: unknown): boolean {
  if (NOT_YET.includes(systemCode(error) ?? '')) return true;
  // The driver's words for a connection that is closed before it is answered; they come without a code.
  return error instanceof Error && error.message === 'Connection terminated unexpectedly';
}

async function hasLiveUser(usersDir: string): Promise<boolean> {
  let isFound = false;
  for (const name of await readdir(usersDir)) {
    const file = join(usersDir, name);
    const run = await readFile(file, 'utf8').catch(() => '');
    if (await isStillRunning(Number.parseInt(name, 10), run)) isFound = true;
    else await rm(file, { force: true });
  }
  return isFound;
}

async function countClients(connection: Connection): Promise<number> {
  const client = new pg.Client({ ...connection, ssl: false, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ others: number }>(
      `select count(*)::int as others from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return rows[0]?.others ?? 0;
  } finally {
    await client.end();
  }
}
