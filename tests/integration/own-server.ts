import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { type EmbeddedPostgres, startEmbedded } from '../../adapters/postgres/embedded/index.ts';
import { type DatabaseAddress, openPool } from '../../adapters/postgres/pools.ts';

/** A Postgres of one test's own, which it may stop and whose roles it may make. Gone when the test is over. */
export type OwnServer = Readonly<{
  /** How to reach one of its databases; as the superuser unless another user is named. */
  address(change?: Readonly<{ user?: string; database?: string }>): DatabaseAddress;
  /** A pool that is closed when the test is over. */
  pool(address: DatabaseAddress, sizeMax: number, onIdleError?: (error: Error) => void): pg.Pool;
  /** Runs one statement over a connection of its own. */
  run(statement: string): Promise<pg.QueryResult>;
  stop: EmbeddedPostgres['stop'];
  startAgain(): Promise<void>;
}>;

export async function startOwnServer(): Promise<OwnServer> {
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  let server = await startEmbedded({ dir, isThrowAway: true });
  onTestFinished(async () => {
    await server.stop('immediate');
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  const address: OwnServer['address'] = (change) => ({
    connection: { ...server.connection, ...change },
    role: null,
    ssl: false,
  });

  return {
    address,
    pool(where, sizeMax, onIdleError = () => undefined) {
      const pool = openPool({ address: where, sizeMax, onIdleError });
      onTestFinished(() => pool.end());
      return pool;
    },
    async run(statement) {
      const client = new pg.Client(server.connection);
      await client.connect();
      try {
        return await client.query(statement);
      } finally {
        await client.end();
      }
    },
    stop: (mode) => server.stop(mode),
    async startAgain() {
      server = await startEmbedded({ dir, isThrowAway: true });
    },
  };
}
