import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { systemCode } from './errors.ts';

const isLinux = process.platform === 'linux';
/** It exists, but the system does not show us more. */
const HIDDEN = 'hidden';
const ZOMBIE = 'zombie';

/**
 * A text that names one run of a process: a number that is used again gives another text.
 * `null` when nothing runs under that number; a zombie does not run.
 */
export async function findProcessRun(pid: number): Promise<string | null> {
  const run = await (isLinux ? runFromProc(pid) : runFromPs(pid));
  if (run === ZOMBIE) return null;
  return run ?? (exists(pid) ? HIDDEN : null);
}

/** Whether that very run still goes on; also yes when the system hides which run it is. */
export async function isStillRunning(pid: number, run: string): Promise<boolean> {
  const current = await findProcessRun(pid);
  return current !== null && (current === run || current === HIDDEN || run === HIDDEN);
}

/** Whether this process is a postmaster of that data directory. Away from Linux a good guess by its command line. */
export async function isPostmasterOf(dataDir: string, pid: number): Promise<boolean> {
  if ((await findProcessRun(pid)) === null) return false;
  if (!isLinux) return ((await ps(pid, 'command=')) ?? '').includes(`postgres -D ${dataDir} `);
  const argv = ((await textOf(`/proc/${pid}/cmdline`)) ?? '').split('\0');
  if (basename(argv[0] ?? '') !== 'postgres') return false;
  return argv[argv.indexOf('-D') + 1] === dataDir || (await workingDirectory(pid)) === dataDir;
}

async function runFromProc(pid: number): Promise<string | null> {
  const stat = await textOf(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The command's name stands in parentheses and may hold any character; the fields are counted after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (state === 'Z' || state === 'X') return ZOMBIE;
  const startedAtTicks = fields[19];
  const boot = await textOf('/proc/sys/kernel/random/boot_id');
  return `${startedAtTicks}@${boot?.trim() ?? ''}`;
}

async function runFromPs(pid: number): Promise<string | null> {
  const line = await ps(pid, 'stat=,lstart=');
  if (line === null || line === '') return null;
  return line.startsWith('Z') ? ZOMBIE : line.replace(/^\S+\s+/, '');
}

function ps(pid: number, columns: string): Promise<string | null> {
  return new Promise((resolve) => {
    // The start time is told in the language and zone of who asks; all must read the same text.
    const env = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };
    execFile('ps', ['-ww', '-o', columns, '-p', String(pid)], { env }, (error, stdout) => {
      resolve(error ? null : stdout.trim());
    });
  });
}

/** Whether the system knows that number, be it as a zombie. `NaN` and what is no process number: no. */
export function exists(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

const textOf = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);
const workingDirectory = (pid: number): Promise<string | null> =>
  readlink(`/proc/${pid}/cwd`).catch(() => null);
