import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { installedMachine } from '../../support/installation.ts';
import { describeWithPostgresPrograms } from '../../support/postgres-cluster.ts';
import { describeWithRedisServer, startRedisServer } from '../../support/redis.ts';

const PRODUCTION = { LOG_LEVEL: 'warn' };
const PATIENCE = { timeout: 20_000, interval: 100 };

// The runbooks tell an operator to wait for these lines.
describeWithPostgresPrograms('the log of production', () => {
  const fresh = installedMachine();

  it('says that a job works again', async () => {
    const { cluster, installation } = await fresh();
    const server = await installation.start(PRODUCTION);
    await server.untilReady();
    const admin = cluster.admin('postgres');

    await admin.query('ALTER ROLE gatehouse_system NOLOGIN');
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gatehouse_system'`,
    );
    await expect.poll(() => server.stdout(), PATIENCE).toContain('a job failed and is tried again');
    await admin.query('ALTER ROLE gatehouse_system LOGIN');

    await expect.poll(() => server.stdout(), PATIENCE).toContain('a job works again');
  });

  describeWithRedisServer('of a Redis that was away', () => {
    it('says that it is back', async () => {
      const { installation } = await fresh();
      const redis = await startRedisServer();
      onTestFinished(redis.stop);
      await writeFile(join(installation.conf, 'secrets/REDIS_URL'), redis.url());
      const server = await installation.start(PRODUCTION);
      await server.untilReady();

      await redis.kill();
      await expect.poll(() => server.stdout(), PATIENCE).toContain('Redis is away');
      await redis.startAgain();

      await expect.poll(() => server.stdout(), PATIENCE).toContain('Redis is back');
    });
  });
});
