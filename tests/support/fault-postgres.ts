import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, onTestFinished } from 'vitest';
import { type EmbeddedPostgres, startEmbedded } from '../../adapters/postgres/embedded/index.ts';

/** A Postgres of one file's own, to which anything may be done. */
export type FaultPostgres = Readonly<{
  /** An empty database, in which a commit that was answered outlives a crash of the server. Answers its URL. */
  createDatabase(): Promise<string>;
  /** The processes end: `fast` after rolling back what is open, `immediate` as in a crash. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  startAgain(): Promise<void>;
  /** Every process of it stands still, connections and all, until {@link FaultPostgres.thaw} or the end of the test. */
  freeze(): Promise<void>;
  thaw(): void;
}>;

/** Starts one for all tests of a file. */
export function sharedFaultPostgres(): () => FaultPostgres {
  let shared: FaultPostgres | null = null;
  beforeAll(async () => {
    const { postgres, end } = await startFaultPostgres();
    shared = postgres;
    return end;
  });
  return () => {
    if (!shared) throw new Error('The Postgres of this file is there from the first test on');
    return shared;
  };
}

async function startFaultPostgres(): Promise<Readonly<{ postgres: FaultPostgres; end(): Promise<void> }>> {
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-fault-'));
  let server = await startEmbedded({ dir, isThrowAway: true });
  let frozen: readonly number[] = [];

  const postgres: FaultPostgres = {
    async createDatabase() {
      const name = `fault_${randomBytes(4).toString('hex')}`;
      const url = urlOf(server, name);
      await runSql(urlOf(server, server.connection.database), `CREATE DATABASE ${name}`);
      // A throw-away server answers before it has written anything: here an answer is a promise.
      await runSql(url, `ALTER DATABASE ${name} SET synchronous_commit = on`);
      return url;
    },
    stop: (mode) => server.stop(mode),
    async startAgain() {
      server = await startEmbedded({ dir, isThrowAway: true });
    },
    async freeze() {
      onTestFinished(() => postgres.thaw());
      frozen = await freezeAll(server.pid);
    },
    thaw() {
      for (const pid of frozen) signal(pid, 'SIGCONT');
      frozen = [];
    },
  };
  return {
    postgres,
    async end() {
      await server.stop('immediate');
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Runs statements over a connection of their own. */
export async function runSql<Row extends pg.QueryResultRow>(
  url: string,
  ...statements: readonly string[]
): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** A connection of the test's own, closed when it is over. */
export async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

function urlOf({ connection: { host, port, user } }: EmbeddedPostgres, database: string): string {
  return `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}

/** The server first, so that it makes no others meanwhile. */
async function freezeAll(postmaster: number): Promise<readonly number[]> {
  signal(postmaster, 'SIGSTOP');
  const children = await childrenOf(postmaster);
  for (const pid of children) signal(pid, 'SIGSTOP');
  return [...children, postmaster];
}

async function childrenOf(parent: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const parents = await Promise.all(pids.map(parentOf));
  return pids.filter((_pid, index) => parents[index] === parent);
}

async function parentOf(pid: number): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The command's name stands in parentheses and may hold any character; the fields are counted after it.
  return stat === null ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
