import { beforeAll, describe, expect, it } from 'vitest';
import { openService, PASSWORD, type TestService } from '../../support/service.ts';

const OWN = 'http://localhost:8080';
const OPERATOR = 'https://app.example.com';
const TENANT = 'https://shop.acme.example';
const STRANGER = 'https://evil.example';

let service: TestService;

beforeAll(async () => {
  const opened = await openService({ CORS_ORIGINS: OPERATOR });
  service = opened;
  await service.app.services.createTenant('acme', 'Acme');
  await service.app.pool.query(`UPDATE gatehouse.tenants SET settings = $1 WHERE slug = 'acme'`, [
    JSON.stringify({ cors_origins: [TENANT] }),
  ]);
  for (const tenant of ['acme', 'default']) {
    await service.post(
      '/auth/register',
      { email: 'ada@example.test', password: PASSWORD },
      { 'x-tenant': tenant },
    );
  }
  return () => opened.close();
});

function preflight(origin: string, url = '/auth/login') {
  const headers = { origin, 'access-control-request-method': 'POST' };
  return service.http.inject({ method: 'OPTIONS', url, headers });
}

async function signIn(tenant: string): Promise<{ authorization: string }> {
  const credentials = { email: 'ada@example.test', password: PASSWORD, transport: 'token' };
  const answer = await service.post('/auth/login', credentials, { 'x-tenant': tenant });
  return { authorization: `Bearer ${answer.json().access_token}` };
}

describe('a preflight', () => {
  it.each([OWN, OPERATOR, TENANT])('is answered for %s', async (origin) => {
    const { statusCode, headers } = await preflight(origin);
    expect([statusCode, headers['access-control-allow-origin']]).toEqual([204, origin]);
    expect(headers).toMatchObject({
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': expect.stringContaining('Authorization'),
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
  });

  it.each([STRANGER, 'null', `${TENANT}.evil.example`])('is not answered for %s', async (origin) => {
    const { statusCode, headers } = await preflight(origin);
    expect([statusCode, headers['access-control-allow-origin']]).toEqual([405, undefined]);
  });

  it('is not answered for a path that is not there', async () => {
    expect((await preflight(OPERATOR, '/nowhere')).statusCode).toBe(404);
  });
});

describe('the request itself', () => {
  const allowedOrigin = async (url: string, headers: Record<string, string>) =>
    (await service.get(url, headers)).headers['access-control-allow-origin'];

  it.each([OWN, OPERATOR])('may be read by %s whatever its tenant', async (origin) => {
    expect(await allowedOrigin('/auth/config', { origin })).toBe(origin);
    expect(await allowedOrigin('/auth/me', { origin, ...(await signIn('acme')) })).toBe(origin);
  });

  it("may be read by an origin of its tenant's, and of no other tenant's", async () => {
    expect(await allowedOrigin('/auth/config', { origin: TENANT, 'x-tenant': 'acme' })).toBe(TENANT);
    expect(await allowedOrigin('/auth/config', { origin: TENANT })).toBeUndefined();
    expect(await allowedOrigin('/auth/me', { origin: TENANT, ...(await signIn('acme')) })).toBe(TENANT);
    expect(await allowedOrigin('/auth/me', { origin: TENANT, ...(await signIn('default')) })).toBeUndefined();
  });

  it('may be read when it is refused, too, or a page could not tell why', async () => {
    const refused = await service.post(
      '/auth/login',
      { email: 'ada@example.test' },
      { origin: TENANT, 'x-tenant': 'acme' },
    );
    expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([400, TENANT]);
    const elsewhere = { origin: TENANT, 'x-tenant': 'default', ...(await signIn('acme')) };
    const mismatch = await service.get('/auth/me', elsewhere);
    expect([mismatch.statusCode, mismatch.headers['access-control-allow-origin']]).toEqual([403, TENANT]);
  });

  it('is not to be read by a stranger', async () => {
    expect(await allowedOrigin('/auth/config', { origin: STRANGER })).toBeUndefined();
    expect(await allowedOrigin('/auth/me', { origin: STRANGER, ...(await signIn('acme')) })).toBeUndefined();
  });
});

it.each([
  '/live',
  '/health/nowhere',
  '/.well-known/jwks.json',
])('asks no database for the headers of %s', async (url) => {
  let asked = 0;
  const count = () => {
    asked += 1;
  };
  service.app.pool.on('acquire', count);
  await service.get(url, { origin: STRANGER });
  service.app.pool.off('acquire', count);
  expect(asked).toBe(0);
});

it('never lets another origin read the development mailbox', async () => {
  const answer = await service.get('/dev/mailbox', { origin: OPERATOR, host: 'localhost:8080' });
  expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([200, undefined]);
});

it('tells caches that an answer depends on the origin, whoever asks', async () => {
  expect((await service.get('/.well-known/jwks.json')).headers.vary).toBe('Origin');
});
