import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, systemCode } from './errors.ts';
import type { Place } from './place.ts';
import { poll } from './poll.ts';
import { exists, findProcessRun, isPostmasterOf, isStillRunning } from './processes.ts';

/** What a server writes about itself into its data directory. */
export type Postmaster = Readonly<{
  pid: number;
  port: number;
  socketDir: string;
  /** Taking connections. Before that a socket may exist already, but refuses (57P03). */
  isReady: boolean;
}>;

/** How to end a server: `fast` after rolling back what is open, `immediate` as if it crashed. */
export type StopMode = 'fast' | 'immediate';

/** As long as a recovery after a crash may take. */
export const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 60_000;
const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** The content of the pid file, true or stale; `null` when there is none. */
export async function readPidFile(dataDir: string): Promise<Postmaster | null> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => null);
  if (text === null) return null;
  const [pid, , , port, socketDir = '', , , status = ''] = text.split('\n');
  return { pid: Number(pid), port: Number(port), socketDir, isReady: status.trim() === 'ready' };
}

/**
 * The server that runs on this data directory and takes connections; `null` when none runs. One that is
 * starting or stopping is waited for. A pid file whose number now belongs to another program counts for nothing.
 *
 * @throws EmbeddedPostgresError when it neither gets ready nor ends within a minute.
 */
export async function findServer(dataDir: string): Promise<Postmaster | null> {
  const settled = await poll(START_TIMEOUT_MS, async () => {
    const server = await readPidFile(dataDir);
    if (server === null || !(await isPostmasterOf(dataDir, server.pid))) return { server: null };
    return server.isReady ? { server } : null;
  });
  if (settled) return settled.server;
  throw new EmbeddedPostgresError(
    `A Postgres on ${dataDir} is neither ready nor ended after ${START_TIMEOUT_MS / 1000} seconds. See postgres.log beside it.`,
  );
}

/**
 * Removes the lock files of a killed server whose process number another program has now: Postgres takes
 * any living process for their owner and would refuse to start. Where the number is free, or belongs to a
 * server of ours that has only just been started, the files are left to Postgres, which cleans up itself.
 */
export async function removeRemains({ dataDir, socketDir }: Place): Promise<void> {
  for (const file of [join(dataDir, 'postmaster.pid'), join(socketDir, '.s.PGSQL.5432.lock')]) {
    const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
    if (exists(pid) && !(await isPostmasterOf(dataDir, pid))) await rm(file, { force: true });
  }
}

/**
 * Ends a server and waits until its process is gone. Call it under the start lock.
 *
 * @throws EmbeddedPostgresError when it still runs a minute later.
 */
export async function shutDown(pid: number, mode: StopMode): Promise<void> {
  const run = await findProcessRun(pid);
  if (run === null) return;
  signal(pid, SIGNALS[mode]);
  const isGone = await poll(STOP_TIMEOUT_MS, async () => !(await isStillRunning(pid, run)) || null);
  if (isGone) return;
  throw new EmbeddedPostgresError(
    `The embedded Postgres (process ${pid}) did not stop in ${STOP_TIMEOUT_MS / 1000} seconds.`,
  );
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}
