import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { openService, PASSWORD, startService, type TestService } from '../../support/service.ts';

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

/** What somebody new at a tenant holds: the link in their mail and a refresh token. */
async function newLinkAndToken(tenant: string): Promise<{ token: string; refreshToken: string }> {
  const named = { 'x-tenant': tenant };
  const credentials = { email: `${randomUUID()}@example.test`, password: PASSWORD };
  await service.post('/auth/register', credentials, named);
  const token = await service.mailedToken(credentials.email);
  const answer = await service.post('/auth/login', { ...credentials, transport: 'token' }, named);
  return { token, refreshToken: answer.json().refresh_token };
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

  it('is not answered for the loopback names outside of development', async () => {
    const { http } = await startService({ ENVIRONMENT: 'test', PUBLIC_URL: 'https://auth.example' });
    const ask = (origin: string) =>
      http.inject({
        method: 'OPTIONS',
        url: '/auth/login',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    expect((await ask(OWN)).statusCode).toBe(405);
    expect((await ask('https://auth.example')).statusCode).toBe(204);
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

  /** The origin that may read what a POST from the tenant's application is answered. */
  async function origins(url: string, body: unknown, headers: Record<string, string>) {
    return (await service.post(url, body, { origin: TENANT, ...headers })).headers[
      'access-control-allow-origin'
    ];
  }

  it('may be read by an origin of the tenant that its link or refresh token names, refused or not', async () => {
    const { token, refreshToken } = await newLinkAndToken('acme');
    const elsewhere = await newLinkAndToken('default');
    const cookie = { cookie: `refresh_token=${refreshToken}` };

    expect(await origins('/auth/email/verify', { token }, {})).toBe(TENANT);
    expect(await origins('/auth/email/verify', { token }, {})).toBe(TENANT);
    expect(await origins('/auth/email/verify', { token: elsewhere.token }, {})).toBeUndefined();
    expect(await origins('/auth/refresh', { refresh_token: elsewhere.refreshToken }, {})).toBeUndefined();
    expect(await origins('/auth/refresh', {}, { ...cookie, 'x-tenant': 'default' })).toBe(TENANT);
    expect(await origins('/auth/refresh', {}, cookie)).toBe(TENANT);
    expect(await origins('/auth/refresh', { refresh_token: refreshToken }, {})).toBe(TENANT);
  });

  it('counts the credential’s tenant in a refusal too, and never the one that X-Tenant names beside it', async () => {
    const { token, refreshToken } = await newLinkAndToken('acme');
    const elsewhere = await newLinkAndToken('default');
    const refusal = (url: string, body: object, tenant: string) => origins(url, body, { 'x-tenant': tenant });

    expect(await refusal('/auth/email/verify', { token }, 'default')).toBe(TENANT);
    expect(await refusal('/auth/refresh', { refresh_token: refreshToken }, 'default')).toBe(TENANT);
    expect(await refusal('/auth/email/verify', { token: elsewhere.token }, 'acme')).toBeUndefined();
    expect(await refusal('/auth/refresh', { refresh_token: elsewhere.refreshToken }, 'acme')).toBeUndefined();
  });

  it('is not to be read by a stranger', async () => {
    expect(await allowedOrigin('/auth/config', { origin: STRANGER })).toBeUndefined();
    expect(await allowedOrigin('/auth/me', { origin: STRANGER, ...(await signIn('acme')) })).toBeUndefined();
    const byCookie = { origin: STRANGER, cookie: 'refresh_token=x' };
    const { statusCode, headers } = await service.post('/auth/refresh', {}, byCookie);
    expect([statusCode, headers['access-control-allow-origin']]).toEqual([403, undefined]);
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
