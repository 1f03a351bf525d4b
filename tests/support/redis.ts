import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe } from 'vitest';
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from './redis-tls.ts';
import { freePort } from './server-process.ts';

const SERVER = 'redis-server';
const HAS_SERVER = spawnSync(SERVER, ['--version']).status === 0;
/** Whether tests can start a Redis of their own. */
export const HAS_REDIS_SERVER: boolean = HAS_SERVER;
const GIVEN_URL = process.env['REDIS_URL_TEST'];

/** Suites that want a Redis, whichever it is. */
export const describeWithRedis = describe.skipIf(!HAS_SERVER && !GIVEN_URL);

/** Suites that start and stop a Redis themselves. */
export const describeWithRedisServer = describe.skipIf(!HAS_SERVER);

/** What is not tested on this machine, in one sentence; `null`: nothing is left out. */
export function missingRedis(): string | null {
  if (HAS_SERVER) return null;
  const skipped = GIVEN_URL ? 'The tests that stop Redis are' : 'The tests that want a Redis are';
  const remedy = GIVEN_URL ? '' : ', nor REDIS_URL_TEST';
  return `${skipped} SKIPPED: there is no redis-server on the PATH${remedy}.`;
}

/** A Redis whose database with that number belongs to one test file. */
export type TestRedis = Readonly<{
  url: string;
  /** Sends one command over a connection of its own. */
  run(command: string, ...values: readonly (string | number)[]): Promise<unknown>;
  stop(): Promise<void>;
}>;

/**
 * The Redis of `REDIS_URL_TEST`, whose databases 1 and up the tests may empty, or else a server of the caller's own.
 *
 * @param database a number that no other test file uses
 */
export async function startTestRedis(database: number): Promise<TestRedis> {
  if (!GIVEN_URL) {
    const server = await startRedisServer();
    return { ...server, url: server.url({ database }), run: runOn(() => server.url({ database })) };
  }
  const url = new URL(GIVEN_URL);
  url.pathname = `/${database}`;
  return { url: url.href, run: runOn(() => url.href), stop: async () => undefined };
}

/** A server of one test file's own, which it may stop and set. Keeps nothing on disk. */
export type RedisServer = Readonly<{
  port: number;
  /** As the user who may do anything, unless another is named; `password: null`: without one. */
  url(change?: Readonly<{ database?: number; user?: string; password?: string | null }>): string;
  /** Sends one command over a connection of its own. */
  run(command: string, ...values: readonly (string | number)[]): Promise<unknown>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay, and connecting works, but nothing is ever answered. */
  freeze(): void;
  thaw(): void;
  startAgain(): Promise<void>;
  /** Ends it, in whatever state it is, and removes its folder. */
  stop(): Promise<void>;
}>;

/** @param isEncrypted whether it speaks TLS alone, with the certificate of redis-tls.ts */
export async function startRedisServer({ isEncrypted = false } = {}): Promise<RedisServer> {
  const password = randomBytes(12).toString('hex');
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-redis-'));
  const port = await freePort();
  const tls = isEncrypted ? await writeCertificate(dir, port) : ['--port', String(port)];
  const launch = () =>
    spawn(
      SERVER,
      [
        ...['--bind', '127.0.0.1', '--requirepass', password, '--dir', dir],
        ...['--save', '', '--appendonly', 'no', ...tls],
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
  let child = launch();
  await untilReady(child);

  const url: RedisServer['url'] = ({ database = 0, user = '', password: other } = {}) => {
    const login = other === null ? '' : `${user}:${other ?? password}@`;
    return isEncrypted
      ? `rediss://${login}localhost:${port}`
      : `redis://${login}127.0.0.1:${port}/${database}`;
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };

  return {
    port,
    url,
    run: runOn(url),
    kill,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async startAgain() {
      await kill();
      child = launch();
      await untilReady(child);
    },
    async stop() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function writeCertificate(dir: string, port: number): Promise<string[]> {
  const [certificate, key] = [join(dir, 'certificate.pem'), join(dir, 'key.pem')];
  await writeFile(certificate, TEST_CERTIFICATE);
  await writeFile(key, TEST_CERTIFICATE_KEY);
  return [
    ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
    ...['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate],
  ];
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.once('exit', () => reject(new Error(`Redis did not start:\n${output}`)));
    child.stdout?.on('data', (chunk) => {
      output += String(chunk);
      if (output.includes('Ready to accept connections')) resolve();
    });
  });
}

function runOn(url: () => string): TestRedis['run'] {
  return async (command, ...values) => {
    const redis = new Redis(url(), { lazyConnect: true, retryStrategy: null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await redis.call(command, ...values);
    } finally {
      redis.disconnect();
    }
  };
}
