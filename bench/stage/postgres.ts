import { chmod, chown, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { chooseAccount } from '../../adapters/postgres/embedded/account.ts';
import { prepareBinaries } from '../../adapters/postgres/embedded/binaries.ts';
import { ensureDataDirectory, SUPERUSER } from '../../adapters/postgres/embedded/data-directory.ts';
import { poll } from '../../adapters/postgres/embedded/poll.ts';
import { freePort, startHelper } from './processes.ts';

/** The one Postgres of a run. */
export type BenchPostgres = Readonly<{
  /** The URL of a database for a role; the superuser where none is named. */
  url(database: string, role?: string): string;
  version: string;
  /** Whether its data lies in memory, so that no disk is measured. */
  isInMemory: boolean;
  stop(): Promise<void>;
}>;

/**
 * As a production server of this size would be set: durable (`fsync`, `synchronous_commit` and `full_page_writes`
 * stay on, as does autovacuum), reached over TCP.
 */
export const POSTGRES_SETTINGS = ['max_connections=200', 'shared_buffers=512MB', 'max_wal_size=4GB'];

const ROOM_BYTES = 4 * 1024 ** 3;
const START_MS = 30_000;

/** Starts the embedded binaries (PostgreSQL 18) in a folder of their own, on the cores that the load has too. */
export async function startPostgres(): Promise<BenchPostgres> {
  const memory = await statfs('/dev/shm').catch(() => null);
  const isInMemory = memory !== null && memory.bavail * memory.bsize > ROOM_BYTES;
  const base = await mkdtemp(join(isInMemory ? '/dev/shm' : tmpdir(), 'gatehouse-bench-'));
  const account = await chooseAccount(base);
  await chmod(base, 0o700);
  if (account) await chown(base, account.uid, account.gid);

  const dataDir = join(base, 'data');
  const binaries = await prepareBinaries(account, () => undefined);
  const place = { base, dataDir, socketDir: base, logFile: '', lockFile: '', usersDir: '' };
  await ensureDataDirectory(place, { initdb: binaries.initdb, account, isThrowAway: true });
  const port = await freePort();
  const settings = [
    ...['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='],
    ...POSTGRES_SETTINGS,
  ];
  const parameters = ['-D', dataDir, ...settings.flatMap((setting) => ['-c', setting])];
  const helper = startHelper([binaries.postgres, ...parameters], {
    ...{ cores: 'others', account, cwd: '/', folder: base },
    // Without waiting for those who are still connected.
    endSignal: 'SIGINT',
  });
  const url: BenchPostgres['url'] = (database, role = SUPERUSER) =>
    `postgres://${role}@127.0.0.1:${port}/${database}`;
  const version = await poll(START_MS, () => versionOf(url('postgres')));
  if (version === null) throw new Error(`Postgres did not start:\n${helper.errors()}`);
  return { url, version, isInMemory, stop: () => helper.stop() };
}

async function versionOf(connectionString: string): Promise<string | null> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? null;
  } catch {
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}
