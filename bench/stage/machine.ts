import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What was measured on: nothing that names the machine. */
export type Machine = Readonly<{
  cores: number;
  model: string;
  memoryGb: number;
  node: string;
  platform: string;
  /** Whether the server has a core to itself, and load and Postgres share the rest. */
  isPinned: boolean;
  /** How many processes wanted a core in the last minute, before the run: others disturb it where that is not near 0. */
  load: number;
}>;

export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    model: (cpus()[0]?.model ?? 'an unknown processor').replaceAll(/\((?:R|TM)\)/g, '').trim(),
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    isPinned: canPin(),
    load: loadavg()[0] ?? 0,
  };
}

/** Which cores a process may run on. */
export type Cores = 'server' | 'others' | 'all';

/** A command that runs on those cores alone, where the system has `taskset` and more than one core. */
export function pinned(cores: Cores, command: readonly string[]): readonly string[] {
  if (cores === 'all' || !canPin()) return command;
  const list = cores === 'server' ? '0' : `1-${availableParallelism() - 1}`;
  return ['taskset', '-c', list, ...command];
}

let isPinnable: boolean | null = null;

function canPin(): boolean {
  isPinnable ??= availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;
  return isPinnable;
}
