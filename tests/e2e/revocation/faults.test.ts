import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { REVOCATION_FAULTS, type RevocationFaultName } from '../../../app/docs/revocation-causes.ts';
import { runSql } from '../../support/fault-postgres.ts';
import { HAS_REDIS_SERVER } from '../../support/redis.ts';
import {
  ask,
  type Held,
  readOn,
  type Seen,
  sharedWorld,
  signIn,
  untilKnown,
  untilServed,
  WITHIN_MS,
  type World,
  warm,
  writeOn,
} from '../../support/revocation-world.ts';
import { freePort } from '../../support/server-process.ts';

/** What is done while something is revoked. Those that trouble both processes come last. */
const FAULTS: Readonly<Record<RevocationFaultName, (world: World) => Promise<void>>> = {
  async listenerCut(world) {
    const { a, b, databaseUrl } = world;
    const [first, second] = [await onBoth(world), await onBoth(world)];

    const cut = await runSql(databaseUrl, `SELECT pg_terminate_backend(pid) ${LISTENING}`);
    await expectKnown(b.url, first, () => signOut(a.url, first));
    await expect.poll(() => countListening(databaseUrl), { timeout: 15_000, interval: 50 }).toBe(2);
    await expectKnown(b.url, second, () => signOut(a.url, second));

    expect(cut).toHaveLength(2);
  },

  async neverWoken(world) {
    const deaf = await world.startAnother({
      DATABASE_DIRECT_URL: `postgres://nobody@127.0.0.1:${await freePort()}/nothing`,
    });
    for (let count = 0; count < 3; count += 1) {
      const held = await onBoth(world);
      await warm(deaf.url, held);
      await signOut(world.a.url, held);
      const since = performance.now();
      const write = await writeOn(deaf.url, held);
      await expectKnown(deaf.url, held, async () => undefined, since);
      expect(write.status).toBe(401);
    }
    expect(await countListening(world.databaseUrl)).toBe(2);
  },

  async writerKilled(world) {
    const { b, databaseUrl } = world;
    const [bySql, byRequest] = [await onBoth(world), await onBoth(world)];
    const client = new pg.Client(databaseUrl);
    await client.connect();
    await expectKnown(b.url, bySql, async () => {
      await client.query(`BEGIN; ${endOf(bySql)}; COMMIT`);
      destroy(client);
    });

    const writer = await world.startAnother();
    const asked = signOut(writer.url, byRequest).catch(() => undefined);
    while (!(await hasEnded(databaseUrl, byRequest)));
    const since = performance.now();
    await writer.kill();
    await asked;
    await expectKnown(b.url, byRequest, async () => undefined, since);
  },

  async outOfOrder(world) {
    const { b, databaseUrl } = world;
    const [early, late] = [await onBoth(world), await onBoth(world)];
    const [first, second] = [new pg.Client(databaseUrl), new pg.Client(databaseUrl)];
    for (const client of [first, second]) await client.connect();
    await first.query(`BEGIN; ${endOf(early)}`);
    await second.query(`BEGIN; ${endOf(late)}`);

    await expectKnown(b.url, late, () => second.query('COMMIT'));
    const between = await readOn(b.url, early);
    await expectKnown(b.url, early, () => first.query('COMMIT'));
    for (const client of [first, second]) await client.end();

    expect(between.status).toBe(200);
  },

  async startedLater(world) {
    const held = await onBoth(world);
    await signOut(world.a.url, held);

    const later = await world.startAnother();

    expect(isRefused(await readOn(later.url, held))).toBe(true);
  },

  async redisEmptied(world) {
    const { a, b, redis } = world;
    const disturb = redis ? [() => redis.run('FLUSHALL'), redis.kill, redis.startAgain] : [];
    for (const disturbance of disturb) {
      const held = await onBoth(world);
      await disturbance();
      await expectKnown(b.url, held, () => signOut(a.url, held));
    }
  },

  async databaseAway(world) {
    const { a, b, postgres } = world;
    const held = await onBoth(world);

    await postgres.stop('immediate');
    const since = performance.now();
    await untilKnown(b.url, held, since, ({ status }) => status === 503);
    const refused = await readOn(b.url, held);
    const keys = await fetch(`${b.url}/.well-known/jwks.json`);
    await postgres.startAgain();
    await warm(b.url, held);
    await warm(a.url, held);
    await expectKnown(b.url, held, () => signOut(a.url, held));

    expect([refused.status, refused.code, refused.retryAfter]).toEqual([503, 'unavailable', '1']);
    expect(keys.status).toBe(200);
  },

  async databaseRestored(world) {
    const { a, b, databaseUrl } = world;
    const before = await onBoth(world);
    const restore = await copyOf(databaseUrl);
    await warm(a.url, before);
    await warm(b.url, before);
    const after = await onBoth(world);

    await restore();
    const since = performance.now();
    const ms = await untilKnown(b.url, after, since, isRefused);
    await warm(b.url, before);

    expect(ms).toBeLessThanOrEqual(WITHIN_MS);
  },
};

const NAMES = Object.keys(FAULTS) as readonly RevocationFaultName[];

describe.each([
  ['without Redis', false],
  ['with Redis', true],
] as const)('over two processes %s', (_mode, hasRedis) => {
  describe.skipIf(hasRedis && !HAS_REDIS_SERVER)('the promise holds', () => {
    const world = sharedWorld(hasRedis);
    const those = NAMES.filter((name) => hasRedis || name !== 'redisEmptied');

    it.each(
      those.map((name) => [REVOCATION_FAULTS[name].fault, name] as const),
    )('when: %s', async (_fault, name) => {
      await FAULTS[name](world());
    });
  });
});

const LISTENING = `FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`;

async function countListening(databaseUrl: string): Promise<number> {
  return (await runSql(databaseUrl, `SELECT ${LISTENING}`)).length;
}

/** A session of somebody new, which both processes remember. */
async function onBoth({ a, b, register }: World): Promise<Held> {
  const held = await signIn(a.url, await register());
  await warm(a.url, held);
  await warm(b.url, held);
  return held;
}

async function signOut(url: string, held: Held): Promise<void> {
  const { status } = await untilServed(() => ask(url, held, 'POST', '/auth/logout'));
  expect(status).toBe(204);
}

/** Ends a session by `act`, and holds a process to knowing it within a second of that. */
async function expectKnown(
  url: string,
  held: Held,
  act: () => Promise<unknown>,
  since?: number,
): Promise<void> {
  await act();
  const ms = await untilKnown(url, held, since ?? performance.now(), isRefused);
  expect(ms).toBeLessThanOrEqual(WITHIN_MS);
}

function isRefused({ status, code }: Seen): boolean {
  return status === 401 && code === 'session_revoked';
}

function endOf({ sessionId }: Held): string {
  return `UPDATE gatehouse.sessions SET ended_at = now(), end_reason = 'logout' WHERE id = '${sessionId}'`;
}

async function hasEnded(databaseUrl: string, { sessionId }: Held): Promise<boolean> {
  const found = `SELECT FROM gatehouse.sessions WHERE id = '${sessionId}' AND ended_at IS NOT NULL`;
  return (await runSql(databaseUrl, found)).length > 0;
}

/** Ends a connection as when its process dies: without a word. */
function destroy(client: pg.Client): void {
  client.on('error', () => undefined);
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

/** Makes a copy of a database, and answers what puts it in the place of the original. */
async function copyOf(databaseUrl: string): Promise<() => Promise<void>> {
  const name = new URL(databaseUrl).pathname.slice(1);
  const elsewhere = new URL(databaseUrl);
  elsewhere.pathname = '/postgres';
  const run = (...statements: readonly string[]) => runSql(elsewhere.href, ...statements);
  const mayConnect = (may: boolean) => `ALTER DATABASE ${name} ALLOW_CONNECTIONS ${may}`;
  await run(
    mayConnect(false),
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${name}'`,
    `CREATE DATABASE ${name}_copy TEMPLATE ${name}`,
    mayConnect(true),
  );
  return async () => {
    await run(`DROP DATABASE ${name} WITH (FORCE)`, `ALTER DATABASE ${name}_copy RENAME TO ${name}`);
  };
}
