import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type ApiAnswer, type ApiClient, apiClient } from './api-client.ts';
import { readGuide, type Typed, type } from './guide.ts';
import { shared, whenOver } from './lifetime.ts';
import { type Cluster, keepFolder, startCluster } from './postgres-cluster.ts';
import { cleanEnvironment, freePort, temporaryFolder } from './server-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

type Env = Readonly<Record<string, string>>;

/** What docs/guides/production.md makes of a machine, in a folder of one test's own. */
export type Installation = Readonly<{
  /** Where the guide says /etc/gatehouse. */
  conf: string;
  /** Where its server answers. */
  url: string;
  /** What the names of the guide's first block are set to. */
  names: Env;
  /** Types blocks of the guide, and throws where they fail. Resolves with what they printed on stdout. */
  type(...blocks: readonly string[]): Promise<string>;
  /** The same, of whatever comes of it. */
  attempt(...blocks: readonly string[]): Promise<Typed>;
  /** The same machine over another Postgres. */
  over(cluster: Cluster): Installation;
  /** Starts what the guide's unit starts, with settings of its own beside those of the unit. */
  start(change?: Env): Promise<Started>;
}>;

/** A server that was started as its unit says. Ended when the test is over. */
export type Started = Readonly<{
  stdout(): string;
  stderr(): string;
  /** Waits until it says at /ready that it may be sent requests, or that it may not. */
  untilReady(status?: 200 | 503): Promise<void>;
  /** SIGTERM, and its exit code; `null` where a signal ended it. */
  stop(): Promise<number | null>;
  /** Resolves with its exit code when it ends by itself. */
  ended: Promise<number | null>;
}>;

/** Prepares a machine on which nothing of the guide was typed yet. */
export async function prepareInstallation(cluster: Cluster): Promise<Installation> {
  const folder = await temporaryFolder();
  return installationIn(folder, cluster, { PORT: await freePort(), REDIS_PORT: await freePort() });
}

function installationIn(
  folder: string,
  cluster: Cluster,
  ports: Readonly<Record<string, number>>,
): Installation {
  const conf = join(folder, 'conf');
  const url = `http://127.0.0.1:${ports['PORT']}`;
  const names = {
    ...cluster.env,
    ...{ APP: ROOT, CONF: conf, BACKUPS: join(folder, 'backups'), TMPDIR: folder, AS_POSTGRES: '' },
    ...{ DB_PORT: String(cluster.port), PG_ACCOUNT: cluster.account, PG_TLS: join(folder, 'tls') },
    ...{ REDIS_CONF: join(folder, 'redis.conf'), SMTP_HOST: '127.0.0.1' },
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
  };
  const attempt: Installation['attempt'] = (...blocks) => type(blocks, { env: names, cwd: folder });
  return {
    ...{ conf, url, names, attempt },
    over: (other) => installationIn(folder, other, ports),
    async type(...blocks) {
      const { code, stdout, stderr } = await attempt(...blocks);
      if (code !== 0) throw new Error(`${blocks.join(', ')} ended with ${code}:\n${stdout}\n${stderr}`);
      return stdout;
    },
    start: async (change = {}) =>
      watch(await spawnUnit(conf, folder, change), `http://127.0.0.1:${change['PORT'] ?? ports['PORT']}`),
  };
}

/** Everything that the guide does before a server is started. There is no Redis: counts are kept in the process. */
export async function install(cluster: Cluster): Promise<Installation> {
  const installation = await prepareInstallation(cluster);
  await installation.type('secrets', 'database-tls', 'roles');
  await writeFile(join(installation.conf, 'secrets/REDIS_URL'), 'redis://:nobody@127.0.0.1:1\n');
  await installation.type('environment', 'migrate');
  return installation;
}

/** A machine of one test's own, on which everything is done that the guide does before a server is started. */
export type Installed = Readonly<{ cluster: Cluster; installation: Installation }>;

/**
 * Does once for all tests of a suite what {@link install} does. Each of them is given a machine as it was then, at the
 * same places: they come one after the other.
 */
export function installedMachine(): () => Promise<Installed> {
  const kept = shared(async () => {
    const cluster = await startCluster();
    const installation = await install(cluster);
    const [folders, database] = [await keepFolder(dirname(installation.conf)), await cluster.keep()];
    return { installation, folders, database };
  });
  return async () => {
    const { installation, folders, database } = kept();
    await folders();
    return { installation, cluster: await database.start() };
  };
}

/**
 * Talks to a server as a client that comes again when it is told to: who is turned away with 503, because the machine
 * has other things to do, says the same once more.
 */
export function patientClient(url: string): ApiClient {
  const api = apiClient(url);
  const untilServed = async (send: () => Promise<ApiAnswer>): Promise<ApiAnswer> => {
    let answer: ApiAnswer | null = null;
    const statusOf = async (): Promise<number> => {
      answer = await send();
      return answer.status;
    };
    await expect.poll(statusOf, { timeout: 20_000, interval: 250 }).not.toBe(503);
    return answer ?? send();
  };
  return {
    post: (path, body, headers) => untilServed(() => api.post(path, body, headers)),
    get: (path, headers) => untilServed(() => api.get(path, headers)),
  };
}

/** What these tests prove does not hang on any of it. */
const UNLIMITED: Env = {
  ...{ ARGON2_TIME_COST: '1', ARGON2_MEMORY_COST: '8192', ARGON2_PARALLELISM: '1' },
  ...{ RATE_LIMIT_CREDENTIALS_PER_MINUTE: '100000', RATE_LIMIT_PUBLIC_PER_MINUTE: '100000' },
  REQUIRE_EMAIL_VERIFICATION: 'false',
};

/** As systemd does: each credential is a file of its own in a folder that %d names. */
async function spawnUnit(conf: string, folder: string, change: Env): Promise<ChildProcess> {
  const unit = (await readGuide()).get('unit') ?? '';
  const credentials = join(folder, 'credentials');
  await mkdir(credentials, { recursive: true });
  for (const [name = '', path = ''] of valuesOf(unit, 'LoadCredential').map((value) => value.split(':')))
    await copyFile(path.replace('/etc/gatehouse', conf), join(credentials, name));
  const ofUnit = valuesOf(unit, 'Environment').map((value) => value.replaceAll('%d', credentials));
  const files = valuesOf(unit, 'EnvironmentFile').map((path) => path.replace('/etc/gatehouse', conf));
  const ofFiles = await Promise.all(files.map((path) => readFile(path, 'utf8')));
  const settings = [
    ...ofUnit.flatMap((line) => line.split(' ')),
    ...ofFiles.flatMap((text) => text.split('\n')),
  ];
  const [command = '', node = '', ...parameters] = (valuesOf(unit, 'ExecStart')[0] ?? '').split(' ');
  expect([command, node, valuesOf(unit, 'WorkingDirectory')]).toEqual([
    '/usr/bin/env',
    'node',
    ['/opt/gatehouse'],
  ]);
  const child = spawn(process.execPath, parameters, {
    cwd: ROOT,
    env: cleanEnvironment({ ...UNLIMITED, LOG_LEVEL: 'info', ...assignments(settings), ...change }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  whenOver(() => end(child, 'SIGKILL'));
  return child;
}

function valuesOf(unit: string, key: string): readonly string[] {
  return [...unit.matchAll(new RegExp(`^${key}=(.+)$`, 'gm'))].map(([, value = '']) => value);
}

function assignments(lines: readonly string[]): Env {
  const pairs = lines.map((line) => /^([A-Z_]+)=(.*)$/.exec(line)).filter((match) => match !== null);
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
}

function watch(child: ChildProcess, url: string): Started {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  const statusOf = async (): Promise<unknown> => {
    if (child.exitCode !== null) return `ended with ${child.exitCode}: ${stderr}`;
    return fetch(`${url}/ready`).then(
      ({ status }) => status,
      () => 'nobody answers',
    );
  };
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    untilReady: (status = 200) => expect.poll(statusOf, { timeout: 60_000, interval: 100 }).toBe(status),
    ended,
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}
