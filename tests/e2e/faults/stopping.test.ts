import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createMigrator } from '../../../adapters/postgres/migrations/migrator.ts';
import { provisionRoles } from '../../../adapters/postgres/provision-roles.ts';
import { sharedFaultPostgres } from '../../support/fault-postgres.ts';
import { spawnServer, startServerOn, statusOf, untilReady } from '../../support/fault-server.ts';
import { type Answer, createLoadClient } from '../../support/load-client.ts';

const postgres = sharedFaultPostgres();

/** A third of a second and more for each hash. */
const SLOW = { ARGON2_TIME_COST: '16', ARGON2_MEMORY_COST: '65536', ARGON2_PARALLELISM: '1' };
const STOPPED_WITHIN_MS = 15_000;
/** Long before a connection is cut with something under way. */
const AT_ONCE_MS = 8_000;

// Rule 36.
it('answers what is in flight as ever, takes no more, and ends with 0', async () => {
  const server = await startServerOn(await postgres().createDatabase(), SLOW);
  const answers: Answer[] = [];
  const client = createLoadClient(server.url, (answer) => answers.push(answer));
  const email = (await client.register()) ?? '';

  const logins = [client.login(email), client.login(email)];
  await expect.poll(() => startedLogins(server.stdout()), { interval: 5 }).toBe(logins.length);
  const toldAt = performance.now();
  const ended = server.stop();
  await expect.poll(() => statusOf(`${server.url}/live`), { interval: 20 }).toBe(0);
  const sessions = await Promise.all(logins);

  expect(sessions).toEqual(logins.map(() => expect.objectContaining({ refreshToken: expect.any(String) })));
  for (const { sentAt, tookMs } of answers.slice(1)) expect(sentAt + tookMs).toBeGreaterThan(toldAt);
  expect(await ended).toBe(0);
  expect(performance.now() - toldAt).toBeLessThan(STOPPED_WITHIN_MS);
});

it('is not kept from its end by connections on which nobody asks for anything', async () => {
  const server = await startServerOn(await postgres().createDatabase());
  const silent = await connectSilently(server.port);
  const closed = once(silent, 'close');

  const toldAt = performance.now();
  const code = await server.stop();

  expect(code).toBe(0);
  expect(performance.now() - toldAt).toBeLessThan(AT_ONCE_MS);
  await closed;
});

// A balancer must have seen that it is not ready before connections are refused.
it('says first that it is not ready, and serves what still comes meanwhile, in staging', async () => {
  const database = await postgres().createDatabase();
  await migrate(database);
  const server = await spawnServer(asRole(database, 'gatehouse_app'), {
    env: { ...STAGING, DATABASE_SYSTEM_URL: asRole(database, 'gatehouse_system') },
  });
  await untilReady(server.url);

  server.signal('SIGTERM');
  await expect.poll(() => statusOf(`${server.url}/ready`), { interval: 20 }).toBe(503);
  const meanwhile = await statusOf(`${server.url}/auth/config`);
  await expect.poll(() => statusOf(`${server.url}/ready`), { interval: 20, timeout: 10_000 }).toBe(0);

  expect(meanwhile).toBe(200);
  expect(await server.ended).toBe(0);
});

it('stops in time while Postgres stands still', async () => {
  const server = await startServerOn(await postgres().createDatabase());
  const client = createLoadClient(server.url, () => undefined);
  await client.register();
  await postgres().freeze();

  const waiting = client.register();
  const toldAt = performance.now();
  const code = await server.stop();

  expect(code).toBe(0);
  expect(performance.now() - toldAt).toBeLessThan(STOPPED_WITHIN_MS);
  expect(await waiting).toBeNull();
});

/** All that staging demands. Nothing of it but Postgres need be there for a process to start. */
const STAGING = {
  ENVIRONMENT: 'staging',
  PUBLIC_URL: 'https://auth.example.test',
  HOST: '127.0.0.1',
  SECRET_KEY: 'a-secret-key-of-the-fault-tests-0123456789',
  DATABASE_SSL: 'disable',
  REDIS_URL: 'rediss://:nobody@127.0.0.1:1',
  TRUST_PROXY: '127.0.0.1/32',
  SMTP_HOST: '127.0.0.1',
  SMTP_FROM: 'no-reply@example.test',
  METRICS_USER: 'prometheus',
  METRICS_PASS: 'a-password-of-the-fault-tests',
  ARGON2_MEMORY_COST: '8192',
};

async function connectSilently(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

function startedLogins(stdout: string): number {
  return stdout.match(/"path":"\/auth\/login".*"request started"/g)?.length ?? 0;
}

/** What an operator does before a process of staging starts. */
async function migrate(connectionString: string): Promise<void> {
  const address = { connection: { connectionString }, role: null, ssl: false } as const;
  await provisionRoles(address);
  await createMigrator({ ...address, role: 'gatehouse_owner' }).up();
}

function asRole(url: string, role: string): string {
  return Object.assign(new URL(url), { username: role }).href;
}
