import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { type Account, underAccount } from './account.ts';
import { prepareBinaries } from './binaries.ts';
import { ensureDataDirectory } from './data-directory.ts';
import { EmbeddedPostgresError } from './errors.ts';
import type { Place } from './place.ts';
import { poll } from './poll.ts';
import { findServer, type Postmaster, readPidFile, removeRemains, START_TIMEOUT_MS } from './postmaster.ts';

/** The folder is another account's when we are root, which must not be led elsewhere by a link in it. */
const LOG_FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

export type LaunchOptions = Readonly<{
  account: Account | null;
  isThrowAway: boolean;
  log: (message: string) => void;
}>;

type Settled = Readonly<{ kind: 'ready'; server: Postmaster }> | Readonly<{ kind: 'failed'; reason: string }>;
type Outcome = Settled | Readonly<{ kind: 'in_the_way' }>;

const LOG_LINES_SHOWN = 15;
const RETRY_INTERVAL_MS = 250;
const IN_THE_WAY = /shared memory block .* is still in use|lock file "[^"]*" already exists/;
const THROW_AWAY_SETTINGS = [
  ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off'],
  ...['max_connections=300', 'shared_buffers=64MB'],
];

/**
 * Starts a server where none runs, making its data directory first if need be, and waits until it takes
 * connections. It outlives this process. Call it under the start lock.
 *
 * @throws EmbeddedPostgresError with the log file's name and last lines.
 */
export async function launch(place: Place, options: LaunchOptions): Promise<Postmaster> {
  const { postgres, initdb } = await prepareBinaries(options.account, options.log);
  await ensureDataDirectory(place, { initdb, ...options });
  const outcome = await poll(START_TIMEOUT_MS, () => settle(postgres, place, options), RETRY_INTERVAL_MS);
  if (outcome?.kind === 'ready') return outcome.server;
  const reason = outcome?.reason ?? 'the backends of a killed server are still at work';
  throw new EmbeddedPostgresError(
    `The embedded Postgres did not start: ${reason}\nIts log is ${place.logFile}. Instead of it you can set DATABASE_URL to a Postgres of your own.`,
  );
}

/** `null` while an earlier server is in the way. It may be one that was killed, or one whose starter was. */
async function settle(postgres: string, place: Place, options: LaunchOptions): Promise<Settled | null> {
  const server = await findServer(place.dataDir);
  if (server) return { kind: 'ready', server };
  await removeRemains(place);
  const outcome = await tryLaunch(postgres, place, options);
  return outcome.kind === 'in_the_way' ? null : outcome;
}

async function tryLaunch(
  postgres: string,
  place: Place,
  { account, isThrowAway }: LaunchOptions,
): Promise<Outcome> {
  const log = await open(place.logFile, LOG_FLAGS, 0o600);
  if (account) await log.chown(account.uid, account.gid);
  const logStart = (await log.stat()).size;
  // Detached: Ctrl-C reaches the whole group of the terminal, and Postgres must outlive our own drain.
  const child = spawn(postgres, parametersOf(place, isThrowAway), {
    ...underAccount(account),
    detached: true,
    stdio: ['ignore', 'ignore', log.fd],
  });
  const end = { reason: '' };
  child.once('error', (error) => {
    end.reason = error.message;
  });
  child.once('exit', (code, signal) => {
    end.reason = `it ended with ${signal ?? `code ${code}`}`;
  });
  child.unref();
  await log.close();

  const outcome = await poll(START_TIMEOUT_MS, async (): Promise<Outcome | null> => {
    if (end.reason) return explain(end.reason, await lastLines(place.logFile, logStart));
    const server = await readPidFile(place.dataDir);
    return server?.isReady && server.pid === child.pid ? { kind: 'ready', server } : null;
  });
  if (outcome) return outcome;
  child.kill('SIGINT');
  return { kind: 'failed', reason: `not ready after ${START_TIMEOUT_MS / 1000} seconds` };
}

function parametersOf({ dataDir, socketDir }: Place, isThrowAway: boolean): string[] {
  const settings = [
    ...['listen_addresses=', 'port=5432'],
    ...[`unix_socket_directories=${socketDir}`, 'unix_socket_permissions=0700'],
    ...(isThrowAway ? THROW_AWAY_SETTINGS : []),
  ];
  return ['-D', dataDir, ...settings.flatMap((setting) => ['-c', setting])];
}

/** Backends of a killed server finish their statement first, and Postgres starts only after the last of them. */
function explain(reason: string, lines: string): Outcome {
  if (IN_THE_WAY.test(lines)) return { kind: 'in_the_way' };
  return { kind: 'failed', reason: lines ? `${reason}\n${lines}` : reason };
}

async function lastLines(logFile: string, from: number): Promise<string> {
  const written = (await readFile(logFile)).subarray(from).toString('utf8');
  return written.trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
}
