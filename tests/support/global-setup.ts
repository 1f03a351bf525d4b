import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { hasEmbeddedBinaries, startEmbedded } from '../../adapters/postgres/embedded/index.ts';
import { dropDatabasesOf, newRunId, prepareTemplate, type TestServer } from './postgres.ts';
import { missingRedis } from './redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { server: TestServer; runId: string };
  }
}

const ROOM_BYTES = 2 * 1024 ** 3;

/** Prepares one server for all database tests: `DATABASE_URL_TEST`, or a throw-away one of our own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const missing = missingRedis();
  if (missing !== null) process.stderr.write(`\n${missing}\n\n`);
  const { server, stop } = await findServer();
  const runId = newRunId();
  await prepareTemplate(server, runId).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  project.provide('postgres', { server, runId });
  return async () => {
    await dropDatabasesOf(server, runId);
    await stop();
  };
}

async function findServer(): Promise<{ server: TestServer; stop(): Promise<void> }> {
  const url = process.env['DATABASE_URL_TEST'];
  if (url) return { server: { connectionString: url }, stop: async () => undefined };
  if (!hasEmbeddedBinaries()) {
    throw new Error(
      'The database tests need DATABASE_URL_TEST here: there is no embedded Postgres for this platform',
    );
  }
  const dir = await mkdtemp(join(await fastFolder(), 'gatehouse-test-'));
  const embedded = await startEmbedded({ dir, isThrowAway: true });
  return {
    server: embedded.connection,
    async stop() {
      await embedded.stop('immediate');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Memory where there is enough of it: these databases are worth nothing. */
async function fastFolder(): Promise<string> {
  const stats = await statfs('/dev/shm').catch(() => null);
  return stats && stats.bavail * stats.bsize > ROOM_BYTES ? '/dev/shm' : tmpdir();
}
