import type { LightMyRequestResponse } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { lintApi } from '../../../app/docs/lint.ts';
import { readOperations } from '../openapi/operations.ts';
import { cookiesSetBy, expectNoCookie } from '../support/cookies.ts';
import { type HttpService, sharedService } from '../support/http-service.ts';
import { bearer, cookie, newSession, register, type SignedIn, signIn } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';
import { changeSession, isAlive, sessionAudit } from '../support/sessions.ts';
import { expired, forged } from '../support/tokens.ts';

// api.md, "Cookies", and `JWT_TOKEN_LOCATION`. Which page may act by the cookie is in access-cookie-origin.test.ts.
const service = sharedService({ JWT_TOKEN_LOCATION: 'headers,cookies', ACCESS_TOKEN_EXPIRE_MINUTES: '7' });
const byHeader = sharedService();

beforeAll(async () => {
  await service().app.services.createTenant('acme', 'Acme');
});

const SET = {
  name: 'access_token',
  attributes: { path: '/', httponly: true, secure: true, samesite: 'Strict', 'max-age': '420' },
};
const CLEARED = {
  name: 'access_token',
  value: '',
  attributes: {
    ...{ path: '/', httponly: true, secure: true, samesite: 'Strict' },
    ...{ 'max-age': '0', expires: 'Thu, 01 Jan 1970 00:00:00 GMT' },
  },
};
const names = (response: LightMyRequestResponse) => cookiesSetBy(response).map(({ name }) => name);
const accessCookie = (response: LightMyRequestResponse) =>
  cookiesSetBy(response).find(({ name }) => name === 'access_token');
const byCookie = ({ accessToken }: Pick<SignedIn, 'accessToken'>) => ({
  cookie: `access_token=${accessToken}`,
});
const me = (headers: Record<string, string>) => service().get('/auth/me', headers);

describe('the access token is set as a cookie, as long as it lives and beside the refresh token,', () => {
  it('by a sign-in', async () => {
    const { response, accessToken } = await newSession(service());

    expect(accessCookie(response)).toEqual({ ...SET, value: accessToken });
    expect(response.json()).toMatchObject({ access_token: accessToken, expires_in: 420 });
    expect(names(response).sort()).toEqual(['__Host-gh_device', 'access_token', 'refresh_token']);
  });

  it('by an invitation', async () => {
    const { invite, resolveTenant } = service().app.services;
    const token = await invite.firstOwner(await resolveTenant.byName('acme'));
    const body = { token, password: 'Correct-Horse-9-Battery', email: 'owner@acme.example' };

    const response = await service().post('/auth/invitations/accept', body);

    expect(accessCookie(response)).toEqual({ ...SET, value: response.json().access_token });
  });

  it('by a refresh with the cookie, anew each time', async () => {
    const signedIn = await newSession(service());

    const response = await service().post('/auth/refresh', {}, cookie(signedIn));

    const { access_token: accessToken } = response.json();
    expect(accessCookie(response)).toEqual({ ...SET, value: accessToken });
    expect(accessToken).not.toBe(signedIn.accessToken);
    expect((await me(byCookie({ accessToken }))).statusCode).toBe(200);
  });

  it('by a proof of who one is that came with it, and by none that came with the header', async () => {
    const signedIn = await newSession(service());
    const prove = (headers: Record<string, string>) =>
      service().post('/auth/reauthenticate', { password: signedIn.password }, headers);

    const [renewed, told] = [await prove(byCookie(signedIn)), await prove(bearer(signedIn))];
    const beside = await prove({ ...bearer(signedIn), ...byCookie(signedIn) });

    expect(cookiesSetBy(renewed)).toEqual([{ ...SET, value: renewed.json().access_token }]);
    for (const answer of [told, beside]) {
      expect(answer.statusCode).toBe(200);
      expectNoCookie(answer);
    }
  });

  it('and not with "transport":"token", at sign-in or at refresh', async () => {
    const { response, refreshToken } = await newSession(service(), { transport: 'token' });
    const refreshed = await service().post('/auth/refresh', { refresh_token: refreshToken });

    expectNoCookie(response);
    expectNoCookie(refreshed);
  });
});

describe('the cookie is cleared beside the refresh token’s', () => {
  const expectBothCleared = (response: LightMyRequestResponse) => {
    expect(accessCookie(response)).toEqual(CLEARED);
    expect(names(response).sort()).toEqual(['access_token', 'refresh_token']);
  };

  it('by a sign-out, whichever way its token came', async () => {
    for (const headersOf of [bearer, byCookie]) {
      const signedIn = await newSession(service());
      const response = await service().post('/auth/logout', {}, headersOf(signedIn));
      expect(response.statusCode).toBe(204);
      expectBothCleared(response);
      expect(await isAlive(service(), signedIn)).toBe(false);
    }
  });

  it('by a sign-out everywhere, unless this session stays', async () => {
    const signedIn = await newSession(service());

    const staying = await service().post('/auth/logout-all', { except_current: true }, byCookie(signedIn));
    const leaving = await service().post('/auth/logout-all', {}, byCookie(signedIn));

    expectNoCookie(staying);
    expectBothCleared(leaving);
  });

  it('by the end of the very session, and not of another', async () => {
    const person = await register(service());
    const [mine, other] = [await signIn(service(), person), await signIn(service(), person)];
    const end = ({ sessionId }: SignedIn) =>
      service().send({ method: 'DELETE', url: `/auth/sessions/${sessionId}`, headers: byCookie(mine) });

    expectNoCookie(await end(other));
    expectBothCleared(await end(mine));
  });

  it('by a refresh that is refused, and by a sign-in with a wrong password', async () => {
    expectBothCleared(await service().post('/auth/refresh', {}, { cookie: 'refresh_token=x' }));
    const { email } = await register(service());
    const wrong = await service().post('/auth/login', { email, password: 'Wrong-Password-1' });
    expectProblem(wrong, 'invalid_credentials');
    expectBothCleared(wrong);
  });

  it('and by no refusal of the access token itself', async () => {
    const { accessToken } = await newSession(service());
    for (const token of [await forged(accessToken), expired(service(), accessToken), 'garbage']) {
      const refused = await me(byCookie({ accessToken: token }));
      expect(refused.statusCode).toBe(401);
      expectNoCookie(refused);
    }
  });
});

describe('a request with the cookie', () => {
  it('is its user’s, on reads and on writes', async () => {
    const signedIn = await newSession(service());

    const read = await me(byCookie(signedIn));
    const remembered = await me(byCookie(signedIn));
    const written = await service().post('/auth/logout-all', { except_current: true }, byCookie(signedIn));

    expect(read.json()).toMatchObject({ user: { id: signedIn.userId }, session: { id: signedIn.sessionId } });
    expect([remembered.statusCode, written.statusCode]).toEqual([200, 204]);
  });

  it('finds the one cookie among others', async () => {
    const { accessToken } = await newSession(service());
    const text = `a=b; xaccess_token=1;access_token=${accessToken} ; access_tokens=2; refresh_token=x`;
    expect((await me({ cookie: text })).statusCode).toBe(200);
  });

  it('is that of its token’s tenant, and of no other that X-Tenant names', async () => {
    const signedIn = await newSession(service(), {}, { 'x-tenant': 'acme' });

    expect((await me(byCookie(signedIn))).json().tenant.slug).toBe('acme');
    expectProblem(await me({ ...byCookie(signedIn), 'x-tenant': 'default' }), 'tenant_mismatch');
  });

  it.each([
    ['no cookie of the name', async () => 'theme=dark', 'token_missing'],
    ['an empty one', async () => 'access_token=', 'token_invalid'],
    ['what is no token', async () => 'access_token=garbage', 'token_invalid'],
    [
      'a forged one',
      async ({ accessToken }: SignedIn) => `access_token=${await forged(accessToken)}`,
      'token_invalid',
    ],
    [
      'an expired one',
      async ({ accessToken }: SignedIn) => `access_token=${expired(service(), accessToken)}`,
      'token_expired',
    ],
    [
      'the good one twice',
      async ({ accessToken }: SignedIn) => `access_token=${accessToken}; access_token=${accessToken}`,
      'token_invalid',
    ],
    [
      'a good one and another',
      async ({ accessToken }: SignedIn) => `access_token=${accessToken}; access_token=x`,
      'token_invalid',
    ],
    [
      'a refresh token',
      async ({ refreshToken }: SignedIn) => `access_token=${refreshToken}`,
      'token_invalid',
    ],
  ] as const)('is refused as one with the header would be: %s', async (_what, cookieOf, code) => {
    const signedIn = await newSession(service());

    const refused = await me({ cookie: await cookieOf(signedIn) });

    expectProblem(refused, code);
    const challenge = code === 'token_missing' ? 'Bearer' : 'Bearer error="invalid_token"';
    expect(refused.headers['www-authenticate']).toBe(challenge);
    expect(await isAlive(service(), signedIn)).toBe(true);
  });

  it('is refused at once when its session has ended', async () => {
    const signedIn = await newSession(service());
    await changeSession(service(), signedIn, 'ended_at = clock_timestamp()');
    await service().app.services.feed.catchUp();
    expectProblem(await me(byCookie(signedIn)), 'session_revoked');
  });
});

describe('a header beside the cookie decides alone', () => {
  it('where it is good, whoever the cookie is', async () => {
    const [mine, other] = [await newSession(service()), await newSession(service())];

    const answer = await me({ ...bearer(mine), ...byCookie(other) });
    const twice = await me({ ...bearer(mine), cookie: 'access_token=x; access_token=y' });
    const left = await service().post('/auth/logout', {}, { ...bearer(mine), ...byCookie(other) });

    expect([answer.json().user.id, twice.json().user.id, left.statusCode]).toEqual([
      mine.userId,
      mine.userId,
      204,
    ]);
    expect([await isAlive(service(), mine), await isAlive(service(), other)]).toEqual([false, true]);
    expect(await sessionAudit(service(), other)).toEqual([]);
  });

  it('where it is not, and even where it is empty', async () => {
    const signedIn = await newSession(service());
    const ask = (headers: Record<string, string>) => me({ ...byCookie(signedIn), ...headers });

    expectProblem(await ask({ authorization: 'Bearer garbage' }), 'token_invalid');
    expectProblem(await ask({ authorization: 'Basic YTpi' }), 'token_invalid');
    expectProblem(await ask({ authorization: '' }), 'token_missing');
    expectProblem(await ask({ 'x-api-key': 'ask_x' }), 'api_key_invalid');
    expectProblem(await ask({ ...bearer(signedIn), 'x-api-key': 'ask_x' }), 'credentials_ambiguous');
  });
});

describe('routes that take no token do not look at the cookie', () => {
  it.each([
    ['GET', '/auth/config'],
    ['GET', '/live'],
    ['GET', '/.well-known/jwks.json'],
  ] as const)('%s %s', async (method, url) => {
    const signedIn = await newSession(service(), {}, { 'x-tenant': 'acme' });
    const [with_, without] = [
      await service().send({
        method,
        url,
        headers: { ...byCookie(signedIn), origin: 'https://evil.example' },
      }),
      await service().send({ method, url }),
    ];
    expect([with_.statusCode, with_.body]).toEqual([without.statusCode, without.body]);
  });

  it('nor does a sign-in, which needs no Origin for it', async () => {
    const person = await register(service());
    const signedIn = await newSession(service());
    const headers = { ...byCookie(signedIn), origin: 'https://evil.example' };
    const { response } = await signIn(service(), person, { transport: 'token' }, headers);
    expect(response.json().user.id).toBe(person.userId);
  });
});

describe('by default', () => {
  it('the cookie is neither set nor cleared', async () => {
    const signedIn = await newSession(byHeader());
    const refreshed = await byHeader().post('/auth/refresh', {}, cookie(signedIn));
    const left = await byHeader().post('/auth/logout', {}, bearer(signedIn));

    expect([signedIn.response, refreshed, left].map((response) => accessCookie(response))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('the cookie is not looked at, on a read or on a write', async () => {
    const signedIn = await newSession(byHeader());

    const read = await byHeader().get('/auth/me', byCookie(signedIn));
    const foreign = { ...byCookie(signedIn), origin: 'https://evil.example' };
    const written = await byHeader().post('/auth/logout', {}, foreign);

    for (const answer of [read, written]) expectProblem(answer, 'token_missing');
    expect(await isAlive(byHeader(), signedIn)).toBe(true);
  });
});

describe('the OpenAPI document', () => {
  it('offers the cookie, and tells of csrf_failed on what it may change, where it is on', async () => {
    const [on, off] = [await told(service()), await told(byHeader())];
    const { document } = await readOperations(service());

    expect(await lintApi(JSON.parse(JSON.stringify(document)))).toEqual([]);
    expect(on.length).toBeGreaterThan(3);
    for (const { name, security, refusal } of on) {
      expect.soft([name, security]).toEqual([name, [{ bearer: [] }, { cookie: [] }]]);
      expect.soft([name, refusal]).toEqual([name, !name.startsWith('GET ')]);
    }
    for (const { name, security, refusal } of off) {
      expect.soft([name, security, refusal]).toEqual([name, [{ bearer: [] }], false]);
    }
  });
});

/** Every operation that takes an access token, what it takes it by, and whether it may refuse a page. */
async function told(at: HttpService) {
  const { operations } = await readOperations(at);
  return operations
    .filter(({ access }) => access !== 'public')
    .map(({ name, security, responses }) => ({
      ...{ name, security },
      refusal: responses['403']?.description.includes('`csrf_failed`') ?? false,
    }));
}
