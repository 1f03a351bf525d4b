import { expect, it } from 'vitest';
import { freePort, startServer, temporaryFolder } from '../support/server-process.ts';
import { PASSWORD } from '../support/service.ts';

const CHEAP = { ARGON2_TIME_COST: '1', ARGON2_MEMORY_COST: '64', ARGON2_PARALLELISM: '1' };

// Two processes over one database: a cookie of one is good at the other, and dead there as soon as it is signed out here.
it('an access token in a cookie acts at every process that looks for one, and at no other', async () => {
  const dataDir = await temporaryFolder();
  const port = await freePort();
  const shared = { ...CHEAP, PUBLIC_URL: `http://localhost:${port}` };
  const env = { ...shared, JWT_TOKEN_LOCATION: 'headers,cookies' };
  const [first, second] = [await startServer({ dataDir, env, port }), await startServer({ dataDir, env })];
  const byHeader = await startServer({ dataDir, env: shared });
  await post(first.url, '/auth/register', { email: 'ada@example.test', password: PASSWORD });
  const login = await post(first.url, '/auth/login', { email: 'ada@example.test', password: PASSWORD });
  const cookie = cookiesOf(login);
  expect(cookie).toMatch(/access_token=eyJ/);

  expect(await statusOfMe(first.url, cookie)).toBe(200);
  expect(await statusOfMe(second.url, cookie)).toBe(200);
  expect(await statusOfMe(byHeader.url, cookie)).toBe(401);

  const foreign = await post(second.url, '/auth/logout', {}, { cookie, origin: 'https://evil.example' });
  expect([foreign.status, await statusOfMe(first.url, cookie)]).toEqual([403, 200]);
  const own = await post(second.url, '/auth/logout', {}, { cookie, origin: first.url });
  expect(own.status).toBe(204);
  expect(own.headers.getSetCookie().map((line) => line.split(';')[0])).toEqual([
    'refresh_token=',
    'access_token=',
  ]);

  // Within a second, says the contract; how the processes hear of it is tested in ./revocation.
  await expect.poll(() => statusOfMe(first.url, cookie), { timeout: 5_000, interval: 50 }).toBe(401);
});

function post(url: string, path: string, body: object, headers: Record<string, string> = {}) {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

async function statusOfMe(url: string, cookie: string): Promise<number> {
  return (await fetch(`${url}/auth/me`, { headers: { cookie } })).status;
}

/** What a browser sends back. */
function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}
