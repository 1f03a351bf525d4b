import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cores, pinned } from './machine.ts';

/** A process of ours that runs beside this one. */
export type Helper = Readonly<{
  pid: number;
  child: ChildProcess;
  /** What it wrote to stderr so far. */
  errors(): string;
  /** Tells it to end, and kills it where that does not help. Repeatable. */
  stop(): Promise<void>;
}>;

export type HelperOptions = Readonly<{
  cores: Cores;
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** Another account, where this one is root. */
  account?: Readonly<{ uid: number; gid: number }> | null;
  hasIpc?: boolean;
  /** What tells it to end; SIGTERM unless said otherwise. */
  endSignal?: NodeJS.Signals;
  /** A folder of its own, removed when it has ended. */
  folder?: string;
}>;

/** No variable of who runs the bench reaches what it measures. */
const CLEAN_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' };
const STOP_MS = 20_000;
const READY_MS = 30_000;
const ASK_MS = 5;

const running = new Set<Helper>();

/** Ends whatever still runs. */
export async function stopAll(): Promise<void> {
  // The last to come goes first: a server before its database.
  for (const helper of [...running].reverse()) await helper.stop();
}

export function startHelper(command: readonly string[], options: HelperOptions): Helper {
  const [program = '', ...parameters] = pinned(options.cores, command);
  const { account, folder, hasIpc = false, endSignal = 'SIGTERM' } = options;
  const child = spawn(program, parameters, {
    env: { ...CLEAN_ENVIRONMENT, ...options.env },
    stdio: hasIpc ? ['ignore', 'ignore', 'pipe', 'ipc'] : ['ignore', 'ignore', 'pipe'],
    ...(options.cwd && { cwd: options.cwd }),
    ...(account && { uid: account.uid, gid: account.gid }),
  });
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors = `${errors}${chunk}`.slice(-20_000);
  });
  child.on('error', (error) => {
    errors += error.message;
  });
  const helper: Helper = {
    pid: child.pid ?? -1,
    child,
    errors: () => errors,
    async stop() {
      running.delete(helper);
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
        const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
        const gone = once(child, 'exit');
        child.kill(endSignal);
        await gone;
        clearTimeout(killer);
      }
      if (folder) await rm(folder, { recursive: true, force: true });
    },
  };
  running.add(helper);
  return helper;
}

/**
 * Waits until a path is answered with 200. @returns how long that took since the call, in milliseconds
 *
 * @throws {Error} it ended, or did not come within half a minute; the message holds what it wrote
 */
export async function untilAnswered(helper: Helper, url: string): Promise<number> {
  const beganAt = performance.now();
  while (performance.now() - beganAt < READY_MS) {
    if (helper.child.exitCode !== null || helper.child.signalCode !== null) break;
    const status = await fetch(url, { signal: AbortSignal.timeout(READY_MS) })
      .then(async (response) => {
        await response.arrayBuffer();
        return response.status;
      })
      .catch(() => 0);
    if (status === 200) return performance.now() - beganAt;
    await pause(ASK_MS);
  }
  throw new Error(`Nothing answers at ${url}:\n${helper.errors()}`);
}

/** A port of loopback on which nothing listens. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('The probe has no port');
  return address.port;
}
