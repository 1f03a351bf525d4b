import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { apiClient } from './api-client.ts';
import {
  cleanEnvironment,
  freePort,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from './server-process.ts';

const RUN = join(fileURLToPath(new URL('../..', import.meta.url)), 'app/run.mjs');

/** Hashes that cost nothing, and limits that nobody reaches: what these tests prove does not hang on either. */
const UNLIMITED = {
  ARGON2_TIME_COST: '1',
  ARGON2_MEMORY_COST: '64',
  ARGON2_PARALLELISM: '1',
  RATE_LIMIT_CREDENTIALS_PER_MINUTE: '1000000',
  RATE_LIMIT_PUBLIC_PER_MINUTE: '1000000',
  MAX_LOGIN_ATTEMPTS: '1000',
  MAX_LOGIN_ATTEMPTS_PER_IP: '1000',
  // Longer than any fault here: a token whose answer was lost still yields its successor.
  REFRESH_REUSE_GRACE_SECONDS: '120',
  REQUIRE_EMAIL_VERIFICATION: 'false',
} as const;

/** The built server, as a process of its own, over a database that has no limits of its own. */
export function startServerOn(databaseUrl: string, env: Record<string, string> = {}): Promise<ServerProcess> {
  return startServer({ env: { ...UNLIMITED, DATABASE_URL: databaseUrl, ...env } });
}

/** Waits until a server says that it may be sent requests, or that it may not. */
export async function untilReady(url: string, status: 200 | 503 = 200): Promise<void> {
  await expect.poll(() => statusOf(`${url}/ready`), { timeout: 20_000, interval: 50 }).toBe(status);
}

/** Waits until a server says of its Redis that it is well, or that it is not. */
export async function untilHealth(url: string, redis: 'ok' | 'down'): Promise<void> {
  const told = async () => (await apiClient(url).get('/health')).body['redis'];
  await expect.poll(told, { timeout: 20_000, interval: 50 }).toBe(redis);
}

/** 0 where nobody answers. */
export async function statusOf(url: string): Promise<number> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

/** A server whose output is not read by the tests, or goes where they say. */
export type SpawnedServer = Readonly<{
  url: string;
  pid: number;
  signal(name: NodeJS.Signals): void;
  /** Resolves with its exit code; `null` where a signal ended it. */
  ended: Promise<number | null>;
}>;

/**
 * Starts the built server as a process of its own and waits for nothing. Killed when the test is over.
 *
 * @param stdout a file descriptor
 */
export async function spawnServer(
  databaseUrl: string,
  { stdout, env = {} }: Readonly<{ stdout?: number; env?: Record<string, string> }> = {},
): Promise<SpawnedServer> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const child = spawn(process.execPath, [RUN, 'server'], {
    cwd: folder,
    env: cleanEnvironment({
      ...{ PORT: String(port), DATA_DIR: folder, LOG_LEVEL: 'info', DATABASE_URL: databaseUrl },
      ...UNLIMITED,
      ...env,
    }),
    stdio: ['ignore', stdout ?? 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? -1, signal: (name) => child.kill(name), ended };
}
