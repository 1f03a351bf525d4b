import { randomBytes } from 'node:crypto';
import { readlink, rename, rm, symlink } from 'node:fs/promises';
import { EmbeddedPostgresError, systemCode } from './errors.ts';
import { poll } from './poll.ts';
import { findProcessRun, isStillRunning } from './processes.ts';

const DEFAULT_TIMEOUT_MS = 120_000;

type Holder = Readonly<{ pid: number; token: string; run: string }>;

/**
 * Does the work while no other process, and nobody else in this one, is inside `withLock` on that path.
 * The lock of a process that died is taken over, by one waiter only. Not re-entrant.
 *
 * The lock is a symbolic link whose target reads `pid|token|run`: unlike a file, a link comes into
 * being together with its content, so nobody ever reads half an owner.
 *
 * @throws EmbeddedPostgresError when a live process keeps the lock for `timeoutMs` (default 120 seconds).
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<T> {
  const run = await findProcessRun(process.pid);
  const self: Holder = { pid: process.pid, token: randomBytes(8).toString('hex'), run: run ?? '' };
  await take(path, self, timeoutMs);
  try {
    return await work();
  } finally {
    if ((await readHolder(path))?.token === self.token) await rm(path, { force: true });
  }
}

async function take(path: string, self: Holder, timeoutMs: number): Promise<void> {
  const taken = await poll(timeoutMs, async () => {
    if (await isCreated(path, self)) return true;
    const holder = await readHolder(path);
    if (holder === null || (await isStillRunning(holder.pid, holder.run))) return null;
    return (await isInherited(path, holder, { self, timeoutMs })) || null;
  });
  if (taken) return;
  const pid = (await readHolder(path))?.pid;
  throw new EmbeddedPostgresError(
    `Process ${pid} has held ${path} for ${timeoutMs / 1000} seconds. End that process, or remove the file if it has nothing to do with this folder.`,
  );
}

/**
 * Replaces a dead holder. Two waiters may have read the same dead holder, and the slower one must not
 * throw out the faster. So the right to replace is a lock itself, named after the dead holder's token,
 * which no later holder has; whoever owns it looks again before acting. If its owner dies too, the same
 * rule applies one level deeper.
 */
async function isInherited(
  path: string,
  dead: Holder,
  { self, timeoutMs }: Readonly<{ self: Holder; timeoutMs: number }>,
): Promise<boolean> {
  const claim = `${path}.${dead.token}`;
  await take(claim, self, timeoutMs);
  if ((await readHolder(path))?.token !== dead.token) {
    await rm(claim, { force: true });
    return false;
  }
  await rename(claim, path);
  return true;
}

async function isCreated(path: string, self: Holder): Promise<boolean> {
  try {
    await symlink(`${self.pid}|${self.token}|${self.run}`, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** `null` when there is no lock at this moment. */
async function readHolder(path: string): Promise<Holder | null> {
  try {
    const [pid = '', token = '', run = ''] = (await readlink(path)).split('|');
    return { pid: Number(pid), token, run };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    if (systemCode(error) !== 'EINVAL') throw error;
    throw new EmbeddedPostgresError(`${path} is not a lock of ours. Remove it.`);
  }
}
