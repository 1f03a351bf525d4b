import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export type ProcessFigures = Readonly<{ cpuMicros: number; rssBytes: number }>;

/** The unit of times in /proc, as Linux shows it to programs on every machine (`USER_HZ`). */
const MICROS_PER_TICK = 10_000;

/**
 * Processor time of all threads of a process, its own and the kernel's for it, and its resident memory.
 *
 * To 10 ms on Linux, whose scheduler counts in nanoseconds beneath; to what `ps` tells elsewhere.
 */
export function readFigures(pid: number): ProcessFigures {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

function fromProc(pid: number): ProcessFigures {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program may hold anything, so the fields are counted from its end (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return {
    cpuMicros: (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK,
    rssBytes: Number(resident) * 1024,
  };
}

function fromPs(pid: number): ProcessFigures {
  const text = execFileSync('ps', ['-o', 'time=,rss=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  const [time = '0', rss = '0'] = text.split(/\s+/);
  const seconds = time
    .split(/[:-]/)
    .map(Number)
    .reduce((sum, part) => sum * 60 + part, 0);
  return { cpuMicros: seconds * 1e6, rssBytes: Number(rss) * 1024 };
}
