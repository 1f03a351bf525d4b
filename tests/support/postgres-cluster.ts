import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { describe } from 'vitest';
import { type Account, chooseAccount, runUnder } from '../../adapters/postgres/embedded/account.ts';
import { whenOver } from './lifetime.ts';
import { freePort } from './server-process.ts';

const DEBIAN = '/usr/lib/postgresql';
/** The embedded server comes without the last three, so it cannot stand in. */
const PROGRAMS = ['initdb', 'pg_ctl', 'postgres', 'psql', 'pg_dump', 'pg_restore'];
const FOLDER = findPrograms();

/** Suites that type what an operator types at a Postgres: they want the server and its tools, of one version. */
export const describeWithPostgresPrograms = describe.skipIf(FOLDER === null);

if (FOLDER === null) {
  process.stderr.write(
    '\nThe tests of the production guide are SKIPPED: no PostgreSQL with psql and pg_dump is installed here.\n\n',
  );
}

/** A Postgres of the tests' own, set up as an operator's: who comes over TCP needs a password. */
export type Cluster = Readonly<{
  port: number;
  /** By which psql, pg_dump and their kin are found, and find it, as the superuser. */
  env: Readonly<Record<string, string>>;
  /** The account of the operating system that it runs under. */
  account: string;
  /** Connections of the superuser, closed when the test is over. */
  admin(database: string): pg.Pool;
  /** Ends it, as in a crash, and removes all that it held. */
  destroy(): Promise<void>;
  /** Ends it in order and keeps a copy of all that it holds. */
  keep(): Promise<KeptCluster>;
}>;

/** What a cluster was at one moment. Gone when what it was kept for is over. */
export type KeptCluster = Readonly<{
  /** Starts it as it was, at the same places, where none of it runs. Gone when the test is over, at the latest. */
  start(): Promise<Cluster>;
}>;

/**
 * Makes and starts one, from the programs that {@link describeWithPostgresPrograms} has found. Gone when the test is
 * over, at the latest.
 */
export async function startCluster(port?: number): Promise<Cluster> {
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-cluster-'));
  const account = await chooseAccount(dir);
  await chmod(dir, 0o755);
  if (account) await chown(dir, account.uid, account.gid);
  const place = { dir, account, port: port ?? (await freePort()) };
  await run(account, 'initdb', ['-D', join(dir, 'data'), '-U', 'postgres', ...LOCALE, ...LOGINS]);
  return startIn(place);
}

type ClusterPlace = Readonly<{ dir: string; account: Account | null; port: number }>;

async function startIn(place: ClusterPlace): Promise<Cluster> {
  const { dir, account, port } = place;
  const data = join(dir, 'data');
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${dir}`];
  const options = [...settings, ...QUICK].map((setting) => `-c ${setting}`).join(' ');
  await run(account, 'pg_ctl', ['-D', data, '-l', join(dir, 'log'), '-o', options, '-w', 'start']);

  let isThere = true;
  const end = async (mode: 'fast' | 'immediate'): Promise<void> => {
    if (!isThere) return;
    isThere = false;
    await run(account, 'pg_ctl', ['-D', data, '-m', mode, '-w', 'stop']);
  };
  const destroy = async (): Promise<void> => {
    await end('immediate');
    await rm(dir, { recursive: true, force: true });
  };
  whenOver(destroy);
  return {
    port,
    env: {
      ...{ PGHOST: dir, PGPORT: String(port), PGUSER: 'postgres' },
      PATH: [FOLDER, process.env['PATH']].join(delimiter),
    },
    account: account?.name ?? userInfo().username,
    admin: (database) => adminPool({ host: dir, port, user: 'postgres', database, max: 2 }),
    destroy,
    async keep() {
      await end('fast');
      return keepIn(place, await keepFolder(dir));
    },
  };
}

function keepIn(place: ClusterPlace, restore: () => Promise<void>): KeptCluster {
  return {
    async start() {
      await restore();
      return startIn(place);
    },
  };
}

/** Copies a folder aside. What this gives puts the copy into its place, instead of whatever has become of it. */
export async function keepFolder(folder: string): Promise<() => Promise<void>> {
  const kept = `${folder}-kept`;
  await copyFolder(folder, kept);
  whenOver(() => rm(kept, { recursive: true, force: true }));
  return async () => {
    await rm(folder, { recursive: true, force: true });
    await copyFolder(kept, folder);
  };
}

/** With owners, modes and times, which `cp` of Node leaves behind. */
async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', from, to]);
}

const LOCALE = ['-E', 'UTF8', '--locale=C'];
const LOGINS = ['--auth-local=trust', '--auth-host=scram-sha-256'];
/** What a crash of the machine would lose matters to no test. */
const QUICK = ['fsync=off', 'shared_buffers=32MB'];

/** The newest version that is here whole: Debian's, or the one on the path. */
function findPrograms(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number) : [];
  const debian = versions.sort((a, b) => b - a).map((version) => join(DEBIAN, String(version), 'bin'));
  const onPath = spawnSync('which', ['postgres'], { encoding: 'utf8' }).stdout?.trim();
  const folders = onPath ? [...debian, dirname(onPath)] : debian;
  return folders.find((folder) => PROGRAMS.every((name) => existsSync(join(folder, name)))) ?? null;
}

async function run(account: Account | null, program: string, parameters: readonly string[]): Promise<void> {
  const { code, output } = await runUnder(account, join(FOLDER ?? '', program), parameters);
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${output}`);
}

function adminPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  // The cluster may end before the test does.
  pool.on('error', () => undefined);
  whenOver(() => pool.end());
  return pool;
}
