import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoCookie } from '../support/cookies.ts';
import { ownService, sharedService } from '../support/http-service.ts';
import { bearer, newSession, type SignedIn } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';
import { changeSession, isAlive, sessionAudit } from '../support/sessions.ts';
import { expired, forged } from '../support/tokens.ts';

// api.md, "Browsers", and rule 26: what took its access token from a cookie must come from an origin that may make it.
// A sign-out stands for all routes; tests/security/access-cookie-routes.test.ts asks every one.
const JWT_TOKEN_LOCATION = 'headers,cookies';
const service = sharedService({
  JWT_TOKEN_LOCATION,
  PUBLIC_URL: 'http://auth.localhost:8080',
  CORS_ORIGINS: 'https://app.example,https://other.example:8443',
});

const atAcme = { 'x-tenant': 'acme' };
const ACME = 'https://acme.example';

beforeAll(async () => {
  for (const slug of ['acme', 'shop']) {
    const { id } = await service().app.services.createTenant(slug, slug);
    await service().sql('UPDATE gatehouse.tenants SET settings = $2 WHERE id = $1', [
      id,
      JSON.stringify({ cors_origins: [`https://${slug}.example`] }),
    ]);
  }
});

const byCookie = ({ accessToken }: Pick<SignedIn, 'accessToken'>) => ({
  cookie: `access_token=${accessToken}`,
});

async function logoutFrom(headers: Record<string, string>, at: Record<string, string> = {}) {
  const signedIn = await newSession(service(), {}, at);
  const response = await service().post('/auth/logout', {}, { ...byCookie(signedIn), ...headers });
  return { signedIn, response };
}

describe('lets a request act by the cookie', () => {
  it.each([
    ['from our own origin', { origin: 'http://auth.localhost:8080' }],
    ['from localhost, in development', { origin: 'http://localhost:8080' }],
    ['from the first of CORS_ORIGINS', { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }],
    ['from another of CORS_ORIGINS', { origin: 'https://other.example:8443' }],
    ['without Origin, of the same origin', { 'sec-fetch-site': 'same-origin' }],
    ['without Origin, asked for by the person', { 'sec-fetch-site': 'none' }],
    ['of a script, which names neither', {}],
  ] as [string, Record<string, string>][])('%s', async (_how, headers) => {
    const { signedIn, response } = await logoutFrom(headers);
    expect(response.statusCode, response.body).toBe(204);
    expect(await isAlive(service(), signedIn)).toBe(false);
  });

  it("from an origin in the list of the token's own tenant, whose page may read the answer", async () => {
    const { response } = await logoutFrom({ origin: ACME }, atAcme);
    expect(response.statusCode).toBe(204);
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': ACME,
      'access-control-allow-credentials': 'true',
    });
  });

  it('that has expired, or whose session has ended, at a sign-out', async () => {
    const signedIn = await newSession(service(), {}, atAcme);
    const late = byCookie({ accessToken: expired(service(), signedIn.accessToken) });
    for (const time of [1, 2]) {
      const response = await service().post('/auth/logout', {}, { ...late, origin: ACME });
      expect([time, response.statusCode]).toEqual([time, 204]);
    }
  });
});

describe('refuses with csrf_failed, before anything has changed,', () => {
  it.each([
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['an origin that no page can have', { origin: 'null' }],
    ['an empty origin', { origin: '' }],
    ['our host over another scheme', { origin: 'https://auth.localhost:8080' }],
    ['our host at another port', { origin: 'http://auth.localhost:8081' }],
    ['our origin with a path', { origin: 'http://auth.localhost:8080/' }],
    ['a subdomain of one of ours', { origin: 'https://sub.app.example' }],
    ['two origins at once', { origin: 'https://app.example, https://evil.example' }],
    [
      'a foreign origin that says it is ours',
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ],
    ['no Origin from another site', { 'sec-fetch-site': 'cross-site' }],
    ['no Origin from another origin of our site', { 'sec-fetch-site': 'same-site' }],
    ['no Origin and a Sec-Fetch-Site that nobody knows', { 'sec-fetch-site': 'whatever' }],
    ['no Origin and an empty Sec-Fetch-Site', { 'sec-fetch-site': '' }],
  ] as [string, Record<string, string>][])('%s', async (_how, headers) => {
    const { signedIn, response } = await logoutFrom(headers);

    expectProblem(response, 'csrf_failed');
    expectNoCookie(response);
    expect(response.headers).not.toHaveProperty('access-control-allow-origin');
    expect(await isAlive(service(), signedIn)).toBe(true);
    expect(await sessionAudit(service(), signedIn)).toEqual([]);
  });

  it("an origin in the list of another tenant than the token's, whatever X-Tenant says", async () => {
    for (const headers of [{}, atAcme, { 'x-tenant': 'shop' }] as Record<string, string>[]) {
      const { signedIn, response } = await logoutFrom({ origin: ACME, ...headers }, { 'x-tenant': 'shop' });
      expectProblem(response, 'csrf_failed');
      expect(await isAlive(service(), signedIn)).toBe(true);
    }
  });

  it('a foreign origin of a token that names another tenant than X-Tenant, and tells the tenant nothing', async () => {
    const before = await service().audit('access.denied', 'acme');
    const { response } = await logoutFrom({ origin: 'https://evil.example', 'x-tenant': 'shop' }, atAcme);
    expectProblem(response, 'csrf_failed');
    expect(await service().audit('access.denied', 'acme')).toEqual(before);
  });

  it('a foreign origin with a token that is forged or none, whatever it names', async () => {
    const { accessToken } = await newSession(service(), {}, atAcme);
    for (const token of [await forged(accessToken), 'garbage']) {
      const headers = { ...byCookie({ accessToken: token }), origin: ACME };
      expectProblem(await service().post('/auth/logout', {}, headers), 'csrf_failed');
    }
  });

  it('a foreign origin of a session that has ended', async () => {
    const signedIn = await newSession(service());
    await changeSession(service(), signedIn, 'ended_at = clock_timestamp()');
    const headers = { ...byCookie(signedIn), origin: 'https://evil.example' };
    expectProblem(await service().post('/auth/logout-all', {}, headers), 'csrf_failed');
  });

  it('the loopback names outside development', async () => {
    const inTest = await ownService({
      ...{ JWT_TOKEN_LOCATION, ENVIRONMENT: 'test', PUBLIC_URL: 'https://auth.example' },
    });
    const statusFor = async (origin: string) => {
      const headers = { ...byCookie(await newSession(inTest)), origin };
      return (await inTest.post('/auth/logout', {}, headers)).statusCode;
    };
    expect(await statusFor('http://localhost:8080')).toBe(403);
    expect(await statusFor('https://auth.example')).toBe(204);
  });
});

describe('does not ask where a request comes from', () => {
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

  it('when its token is in the header, even with the cookie beside it', async () => {
    const signedIn = await newSession(service());
    const headers = { ...bearer(signedIn), ...byCookie(signedIn), ...foreign };
    expect((await service().post('/auth/logout', {}, headers)).statusCode).toBe(204);
  });

  it('when there is no token at all', async () => {
    expectProblem(await service().post('/auth/logout', {}, foreign), 'token_missing');
  });

  it('when it only reads; but then no foreign page may read the answer', async () => {
    const signedIn = await newSession(service(), {}, atAcme);
    const read = (origin: string) => service().get('/auth/me', { ...byCookie(signedIn), origin });
    const [stranger, own] = [await read('https://evil.example'), await read('https://app.example')];
    const [listed, otherTenants] = [await read(ACME), await read('https://shop.example')];

    expect([stranger, own, listed, otherTenants].map(({ statusCode }) => statusCode)).toEqual([
      200, 200, 200, 200,
    ]);
    const allowed = [stranger, own, listed, otherTenants].map(({ headers }) => [
      headers['access-control-allow-origin'],
      headers['access-control-allow-credentials'],
    ]);
    expect(allowed).toEqual([
      [undefined, undefined],
      ['https://app.example', 'true'],
      [ACME, 'true'],
      [undefined, undefined],
    ]);
  });

  it("may be read by a page of the token's tenant when it is refused, too", async () => {
    const { accessToken } = await newSession(service(), {}, atAcme);
    const late = byCookie({ accessToken: expired(service(), accessToken) });
    const refused = await service().get('/auth/me', { ...late, origin: ACME });
    expectProblem(refused, 'token_expired');
    expect(refused.headers['access-control-allow-origin']).toBe(ACME);
  });
});
