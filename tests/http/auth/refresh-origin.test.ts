import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoCookie } from '../support/cookies.ts';
import { type HttpService, ownService, sharedService } from '../support/http-service.ts';
import { cookie, expectCompleteByCookie, expectCompleteByToken, newSession } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';
import { timesSpent } from '../support/sessions.ts';

// api.md, "Browsers", and rule 26: what acts by cookie must come from an origin that may make it.
const service = sharedService({
  PUBLIC_URL: 'http://auth.localhost:8080',
  CORS_ORIGINS: 'https://app.example,https://other.example:8443',
});

const atAcme = { 'x-tenant': 'acme' };

beforeAll(async () => {
  const { app, sql } = service();
  const { id } = await app.services.createTenant('acme', 'Acme');
  await sql(
    `UPDATE gatehouse.tenants SET settings = '{"cors_origins":["https://acme.example"]}' WHERE id = $1`,
    [id],
  );
});

async function refreshFrom(headers: Record<string, string>, at: Record<string, string> = {}) {
  const signedIn = await newSession(service(), {}, at);
  const response = await service().post('/auth/refresh', {}, { ...cookie(signedIn), ...headers });
  return { signedIn, response };
}

describe('lets a request act by cookie', () => {
  it.each([
    ['from our own origin', { origin: 'http://auth.localhost:8080' }],
    ['from localhost, in development', { origin: 'http://localhost:8080' }],
    ['from 127.0.0.1, in development', { origin: 'http://127.0.0.1:8080' }],
    ['from [::1], in development', { origin: 'http://[::1]:8080' }],
    ['from the first of CORS_ORIGINS', { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }],
    ['from another of CORS_ORIGINS', { origin: 'https://other.example:8443' }],
    ['without Origin, of the same origin', { 'sec-fetch-site': 'same-origin' }],
    ['without Origin, asked for by the person', { 'sec-fetch-site': 'none' }],
    ['of a script, which names neither', {}],
  ] as [string, Record<string, string>][])('%s', async (_how, headers) => {
    expectCompleteByCookie((await refreshFrom(headers)).response);
  });

  it("from an origin in the list of the token's own tenant", async () => {
    const { response } = await refreshFrom({ origin: 'https://acme.example' }, atAcme);
    expectCompleteByCookie(response);
  });
});

describe('refuses with csrf_failed, clearing and spending nothing,', () => {
  it.each([
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['an origin that no page can have', { origin: 'null' }],
    ['an empty origin', { origin: '' }],
    ['our host over another scheme', { origin: 'https://auth.localhost:8080' }],
    ['our host at another port', { origin: 'http://auth.localhost:8081' }],
    ['our host without its port', { origin: 'http://auth.localhost' }],
    ['our origin with a path', { origin: 'http://auth.localhost:8080/' }],
    ['our origin in capitals', { origin: 'HTTP://AUTH.LOCALHOST:8080' }],
    ['a host that begins like ours', { origin: 'http://localhost:8080.evil.example' }],
    ['a host that ends like one of ours', { origin: 'https://evil-app.example' }],
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
    ['a referrer in place of an Origin', { 'sec-fetch-site': 'cross-site', referer: 'https://app.example/' }],
  ] as [string, Record<string, string>][])('%s', async (_how, headers) => {
    const { signedIn, response } = await refreshFrom(headers);

    expectProblem(response, 'csrf_failed');
    expectNoCookie(response);
    expect(await timesSpent(service(), signedIn)).toBe(0);
    expectCompleteByCookie(await service().post('/auth/refresh', {}, cookie(signedIn)));
  });

  it("an origin in the list of another tenant than the token's, whatever X-Tenant says", async () => {
    for (const headers of [{}, atAcme] as Record<string, string>[]) {
      const { signedIn, response } = await refreshFrom({ origin: 'https://acme.example', ...headers });
      expectProblem(response, 'csrf_failed');
      expect(await timesSpent(service(), signedIn)).toBe(0);
    }
  });

  it('a foreign origin with a cookie that is no token of ours, before it says so', async () => {
    const headers = { cookie: 'refresh_token=x', origin: 'https://evil.example' };
    expectProblem(await service().post('/auth/refresh', {}, headers), 'csrf_failed');
  });

  it('the loopback names outside development', async () => {
    const inTest = await ownService({ ENVIRONMENT: 'test', PUBLIC_URL: 'https://auth.example' });

    expect(await answersTo(inTest, 'http://localhost:8080')).toBe(403);
    expect(await answersTo(inTest, 'https://auth.example')).toBe(200);
  });
});

describe('does not ask where a request comes from', () => {
  it('when the token is in the body, which no stranger can add by himself', async () => {
    const { refreshToken } = await newSession(service());
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expectCompleteByToken(await service().post('/auth/refresh', { refresh_token: refreshToken }, headers));
  });
});

async function answersTo(at: HttpService, origin: string): Promise<number> {
  const signedIn = await newSession(at);
  return (await at.post('/auth/refresh', {}, { ...cookie(signedIn), origin })).statusCode;
}
