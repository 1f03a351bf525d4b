import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fchmodSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import { type Account, chooseAccount } from '../../../adapters/postgres/embedded/account.ts';

/** A program that runs until it is stopped, and writes both its outputs to one file. */
export type Child = Readonly<{
  pid: number;
  /** Everything that it wrote so far. */
  output(): Promise<string>;
  /** Waits until it has written that: half a minute, unless told otherwise. */
  until(pattern: RegExp, timeoutMs?: number): Promise<void>;
  /** Sends a signal and answers the exit code; `null` where a signal ended it. Does nothing to one that has ended. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}>;

/** Starts a program. Its outputs go to a file, for some programs open theirs by name, which a pipe does not allow. */
export function startChild(
  program: string,
  words: readonly string[],
  options: SpawnOptions & Readonly<{ log: string }>,
): Child {
  const log = openSync(options.log, 'a');
  // For a program of another account that opens its output by name.
  fchmodSync(log, 0o666);
  const child = spawn(program, words, { ...options, stdio: ['ignore', log, log] });
  closeSync(log);
  const output = () => readFile(options.log, 'utf8');
  return {
    pid: child.pid ?? -1,
    output,
    async until(pattern, timeoutMs = 30_000) {
      const look = async () => {
        const text = await output();
        const state = hasEnded(child) ? 'has ended' : 'is silent';
        if (!pattern.test(text)) throw new Error(`${program} ${state}:\n${text}`);
      };
      await vi.waitFor(look, { timeout: timeoutMs, interval: 50 });
    },
    async end(signal) {
      if (!hasEnded(child)) {
        const exited = once(child, 'exit');
        child.kill(signal);
        await exited;
      }
      return child.exitCode;
    },
  };
}

/**
 * Runs a program to its end and answers what it printed.
 *
 * @throws with all that it said, where it ends with another code than 0
 */
export async function runToEnd(
  program: string,
  words: readonly string[],
  options: Readonly<{ cwd?: string; env?: Record<string, string>; uid?: number; gid?: number }> = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...words], { ...options, encoding: 'utf8' });
  return stdout;
}

/** The account under which a program runs that refuses to be root's; none where we are not root. */
export async function unprivileged(folder: string): Promise<Partial<Pick<Account, 'uid' | 'gid'>>> {
  const account = await chooseAccount(folder);
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
