import { expect, it } from 'vitest';
import { runSql, sharedFaultPostgres } from '../../support/fault-postgres.ts';
import { spawnServer, startServerOn, statusOf, untilReady } from '../../support/fault-server.ts';
import { createLoadClient } from '../../support/load-client.ts';

const postgres = sharedFaultPostgres();

it('makes one tenant of each kind and one key, however many processes start at once', async () => {
  const database = await postgres().createDatabase();

  const env = { SECRET_KEY, WORKER: 'off' };
  const servers = await Promise.all([1, 2, 3, 4].map(() => startServerOn(database, env)));

  const ready = await Promise.all(servers.map(({ url }) => statusOf(`${url}/ready`)));
  const keys = await Promise.all(servers.map(({ url }) => textOf(`${url}/.well-known/jwks.json`)));
  expect(ready).toEqual([200, 200, 200, 200]);
  expect(new Set(keys).size).toBe(1);
  expect(await runSql(database, 'SELECT slug FROM gatehouse.tenants ORDER BY slug')).toEqual([
    { slug: 'default' },
    { slug: 'platform' },
  ]);
  expect(await runSql(database, 'SELECT state FROM gatehouse.signing_keys')).toEqual([{ state: 'active' }]);
});

it('waits for a Postgres that is away, and serves as soon as it is there', async () => {
  const database = await postgres().createDatabase();
  await postgres().stop('fast');
  const server = await spawnServer(database);
  const refused: unknown[] = [];
  const client = createLoadClient(server.url, ({ status, code, retryAfter }) =>
    refused.push([status, code, retryAfter]),
  );
  await untilReady(server.url, 503);

  const early = await client.register();
  await postgres().startAgain();
  await untilReady(server.url);
  const email = await client.register();

  expect([early, refused[0]]).toEqual([null, [503, 'unavailable', '1']]);
  expect(await client.login(email ?? '')).not.toBeNull();
});

const SECRET_KEY = 'one-secret-key-for-all-of-them-0123456789';

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}
