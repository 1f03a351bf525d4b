import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whenOver } from './lifetime.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READY = /Gatehouse is ready[\s\S]*\n\n/;

export type ServerProcess = Readonly<{
  url: string;
  port: number;
  dataDir: string;
  pid: number;
  /** What it printed on stdout and stderr so far. */
  stdout(): string;
  stderr(): string;
  /** The token of the banner's first-owner link. */
  firstOwnerToken(): string | null;
  /** SIGTERM. Resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}>;

export type StartServerOptions = Readonly<{
  env?: Record<string, string>;
  /** Where its data lives; a folder of its own otherwise, removed afterwards. */
  dataDir?: string;
  port?: number;
  /** Told how to end it, by who wants it for longer than one test. Default: it ends with the test. */
  whenDone?: WhenDone;
}>;

/** Takes what is to be done at the end, whenever that is. */
type WhenDone = (end: () => Promise<void>) => void;

/** A folder that is gone when the test is over. Passable, for as root its Postgres runs as another account. */
export async function temporaryFolder(whenDone: WhenDone = whenOver): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-e2e-'));
  await chmod(folder, 0o711);
  whenDone(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Below those that systems give to whoever connects somewhere, and above those that browsers and fetch refuse. */
const PORTS = [20_000, 32_000] as const;

/** A port of loopback on which nothing listens, and which no connection of others will take meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...PORTS);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  const isListening = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  probe.close();
  return isListening;
}

/** What a child of the tests inherits: nothing that would configure a server. */
export function cleanEnvironment(env: Record<string, string>): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(kept), ...env };
}

/**
 * Starts the built server as a process of its own and waits for its banner. Stopped when the test is over, unless
 * somebody else sees to that.
 */
export async function startServer({
  env = {},
  dataDir,
  port,
  whenDone = whenOver,
}: StartServerOptions = {}): Promise<ServerProcess> {
  const chosenPort = port ?? (await freePort());
  const folder = dataDir ?? (await temporaryFolder(whenDone));
  const child = spawn(process.execPath, [join(ROOT, 'app/run.mjs'), 'server'], {
    cwd: folder,
    env: cleanEnvironment({ PORT: String(chosenPort), DATA_DIR: folder, LOG_LEVEL: 'info', ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  whenDone(() => end(child, 'SIGTERM'));
  await output.until(READY);
  return {
    url: `http://localhost:${chosenPort}`,
    port: chosenPort,
    dataDir: folder,
    pid: child.pid ?? -1,
    stdout: output.stdout,
    stderr: output.stderr,
    firstOwnerToken: () => /#token=([\w-]+)/.exec(output.stdout())?.[1] ?? null,
    async stop() {
      await end(child, 'SIGTERM');
      return child.exitCode;
    },
    kill: () => end(child, 'SIGKILL'),
  };
}

function collect(child: ChildProcess) {
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk);
    for (const watcher of watchers) watcher();
  });
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    until: (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (pattern.test(stdout)) resolve();
        };
        watchers.add(look);
        child.once('exit', (code) =>
          reject(new Error(`The server ended with ${code}:\n${stdout}\n${stderr}`)),
        );
        look();
      }),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}
