import { beforeAll, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../core/tenants/index.ts';
import { PASSWORD } from '../../support/service.ts';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { expectClearedCookie, expectNoCookie } from '../support/cookies.ts';
import { ownService, sharedService } from '../support/http-service.ts';
import {
  bearer,
  cookie,
  expectCompleteByCookie,
  expectCompleteByToken,
  newAddress,
  register,
  signIn,
} from '../support/people.ts';
import { expectFields, expectProblem, toldTo } from '../support/problems.ts';
import { isAlive } from '../support/sessions.ts';

const service = sharedService();
let acme: Tenant;

beforeAll(async () => {
  const { app, sql } = service();
  acme = await app.services.createTenant('acme', 'Acme');
  const { id } = await app.services.createTenant('sleeping', 'Sleeping');
  await sql(`UPDATE gatehouse.tenants SET status = 'suspended' WHERE id = $1`, [id]);
});

/** A tenant that wants addresses verified. */
async function strictTenant(): Promise<Tenant> {
  const { app, sql } = service();
  const slug = `strict-${newAddress().slice(0, 8)}`;
  const tenant = await app.services.createTenant(slug, 'Strict');
  await sql(`UPDATE gatehouse.tenants SET settings = '{"email_verification_required":true}' WHERE id = $1`, [
    tenant.id,
  ]);
  return tenant;
}

describe('200', () => {
  it('answers a complete sign-in and sets the refresh token as a cookie', async () => {
    const person = await register(service());

    const { response } = await signIn(service(), person);

    expectCompleteByCookie(response);
    expect(response.json().user).toMatchObject({ id: person.userId, email: person.email });
    expect(response.json().user.last_login_at).not.toBeNull();
  });

  it('puts the refresh token into the body alone with "transport":"token"', async () => {
    const person = await register(service());

    const { response, refreshToken } = await signIn(service(), person, { transport: 'token' });

    expectCompleteByToken(response);
    const refreshed = await service().post('/auth/refresh', { refresh_token: refreshToken });
    expectCompleteByToken(refreshed);
  });

  it('takes "transport":"cookie" for what it does anyway', async () => {
    const { response } = await signIn(service(), await register(service()), { transport: 'cookie' });
    expectCompleteByCookie(response);
  });

  it('knows an address however it is spelt', async () => {
    const person = await register(service());
    await signIn(service(), { ...person, email: `  ${person.email.toUpperCase()} ` });
  });

  it('takes a username in place of the address, however it is spelt', async () => {
    const person = await register(service(), { username: 'ada.login' });
    const { response } = await signIn(service(), { ...person, email: 'ＡDA.Login' });
    expect(response.json().user.id).toBe(person.userId);
  });

  it('keeps what the client calls its device', async () => {
    const signedIn = await signIn(service(), await register(service()), { device_name: "Ada's laptop" });
    const me = await service().get('/auth/me', bearer(signedIn));
    expect(me.json().session.device).toBe("Ada's laptop");
  });

  it('begins a session of its own each time', async () => {
    const person = await register(service());
    const [first, second] = [await signIn(service(), person), await signIn(service(), person)];
    expect(second.sessionId).not.toBe(first.sessionId);
    expect((await service().get('/auth/me', bearer(first))).statusCode).toBe(200);
  });

  it.each([
    ['idle', { REFRESH_TOKEN_EXPIRE_DAYS: '2', SESSION_INACTIVITY_TIMEOUT_DAYS: '3' }],
    ['inactivity', { REFRESH_TOKEN_EXPIRE_DAYS: '3', SESSION_INACTIVITY_TIMEOUT_DAYS: '2' }],
    ['absolute', { REFRESH_TOKEN_EXPIRE_DAYS: '2', REFRESH_TOKEN_MAX_LIFETIME_DAYS: '2' }],
  ] as [
    string,
    Record<string, string>,
  ][])('lets the cookie live as long as the shortest limit: %s', async (_which, env) => {
    const own = await ownService(env);
    const { response } = await signIn(own, await register(own));
    expectCompleteByCookie(response, 2 * 86_400);
  });

  it('ends the oldest session where there are more than SESSION_MAX_DEVICES', async () => {
    const own = await ownService({ SESSION_MAX_DEVICES: '2' });
    const person = await register(own);
    const sessions = [await signIn(own, person), await signIn(own, person), await signIn(own, person)];
    expect(await Promise.all(sessions.map((session) => isAlive(own, session)))).toEqual([false, true, true]);
  });

  it('is told in the audit log with who and which session', async () => {
    const { userId, sessionId } = await signIn(service(), await register(service()));
    expect(await service().audit('login.succeeded')).toContainEqual(
      expect.objectContaining({ outcome: 'success', actor_id: userId, target_id: sessionId }),
    );
  });

  it.each([
    ['slug', () => acme.slug],
    ['id', () => acme.id],
    ['id in capitals', () => acme.id.toUpperCase()],
  ])('signs in the other person of that address where X-Tenant names their tenant by %s', async (_how, name) => {
    const here = await register(service());
    const there = await register(
      service(),
      { email: here.email, password: 'Other-Horse-7-Stable' },
      { 'x-tenant': name() },
    );

    const { response } = await signIn(service(), there, {}, { 'x-tenant': name() });

    expect(response.json().user.id).toBe(there.userId);
    const crossed = await service().post('/auth/login', { email: here.email, password: there.password });
    expectProblem(crossed, 'invalid_credentials');
  });

  it('looks at no Authorization, API key or refresh cookie, for the tenant either', async () => {
    const person = await register(service());
    const stranger = await signIn(
      service(),
      await register(service(), {}, { 'x-tenant': 'acme' }),
      {},
      { 'x-tenant': 'acme' },
    );

    for (const headers of [
      bearer(stranger),
      { authorization: 'garbage', 'x-api-key': 'ask_x' },
      cookie(stranger),
    ]) {
      expectCompleteByCookie((await signIn(service(), person, {}, headers)).response);
    }
  });

  it('needs no Origin that is ours, for it acts by no cookie', async () => {
    const person = await register(service());
    const headers = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    expectCompleteByCookie((await signIn(service(), person, {}, headers)).response);
  });
});

describe('400', () => {
  it('names each field that is missing or of a wrong type', async () => {
    const { post } = service();
    expectFields(await post('/auth/login', {}), '/email', '/password');
    expectFields(await post('/auth/login', { email: 1, password: true }), '/email', '/password');
    const body = { email: newAddress(), password: PASSWORD };
    expectFields(await post('/auth/login', { ...body, transport: 'body' }), '/transport');
    expectFields(await post('/auth/login', { ...body, device_name: 7 }), '/device_name');
  });

  it.each([
    'username',
    'tenant',
    'remember_me',
    'mfa_token',
  ])('refuses %s, which is no field here', async (field) => {
    const body = { email: newAddress(), password: PASSWORD, [field]: 'x' };
    expectFields(await service().post('/auth/login', body), `/${field}`);
  });

  it.each([
    '',
    'a b',
    'two@@example.test',
    'ada@example.test,eve@example.test',
    '9lives',
  ])('refuses %j, which is neither address nor username', async (email) => {
    expectFields(await service().post('/auth/login', { email, password: PASSWORD }), '/email');
  });
});

describe('400 json_invalid, 413 and 415', () => {
  const raw = (payload: string, type = 'application/json') =>
    service().send({ method: 'POST', url: '/auth/login', headers: { 'content-type': type }, payload });

  it('refuses broken JSON, a body over 64 KiB and what is not JSON', async () => {
    expectProblem(await raw('{'), 'json_invalid');
    expectProblem(await raw(JSON.stringify({ password: 'x'.repeat(65_536) })), 'body_too_large');
    expectProblem(await raw('{}', 'text/plain'), 'media_type_unsupported');
  });
});

describe('401 invalid_credentials', () => {
  const attempt = (email: string, password = PASSWORD, headers: Record<string, string> = {}) =>
    service().post('/auth/login', { email, password }, headers);

  it('says one thing, byte for byte, whatever is wrong, and forgets the refresh cookie', async () => {
    const { sql, post } = service();
    const known = await register(service());
    const change = async (assignment: string) => {
      const person = await register(service());
      await sql(`UPDATE gatehouse.users SET ${assignment} WHERE id = $1`, [person.userId]);
      return person.email;
    };
    const strict = await strictTenant();
    const waiting = newAddress();
    await post('/auth/register', { email: waiting, password: PASSWORD }, { 'x-tenant': strict.slug });

    const unknown = await attempt(newAddress());
    const others = [
      await attempt(known.email, 'Wrong-Horse-9-Battery'),
      await attempt(known.email, ''),
      await attempt(known.email, 'x'.repeat(257)),
      await attempt('nobody-by-that-name'),
      await attempt(await change(`status = 'suspended'`)),
      await attempt(await change(`status = 'deleted'`)),
      await attempt(await change(`status = 'invited'`)),
      await attempt(await change('password_hash = NULL')),
      await attempt(await change('password_hash = NULL'), ''),
      await attempt(waiting, PASSWORD, { 'x-tenant': strict.slug }),
      await attempt(known.email, PASSWORD, { 'x-tenant': 'acme' }),
    ];

    expectProblem(unknown, 'invalid_credentials');
    expectClearedCookie(unknown);
    for (const other of others) expect(toldTo(other)).toEqual(toldTo(unknown));
  });

  it('mentions that a new address must be confirmed first', async () => {
    expect((await attempt(newAddress())).json().detail).toMatch(/confirm/i);
  });

  it('carries no WWW-Authenticate, for the route takes no Bearer', async () => {
    expect((await attempt(newAddress())).headers).not.toHaveProperty('www-authenticate');
  });

  it('does not end the session whose cookie came along', async () => {
    const person = await register(service());
    const signedIn = await signIn(service(), person);

    await attempt(person.email, 'Wrong-Horse-9-Battery', cookie(signedIn));

    expectCompleteByCookie(await service().post('/auth/refresh', {}, cookie(signedIn)));
  });

  it('is told in the audit log of the tenant, with the account where there is one', async () => {
    const { email, userId } = await register(service(), {}, { 'x-tenant': 'acme' });

    await attempt(email, 'Wrong-Horse-9-Battery', { 'x-tenant': 'acme' });
    await attempt(newAddress(), PASSWORD, { 'x-tenant': 'acme' });

    const rows = await service().audit('login.failed', 'acme');
    expect(rows.map(({ target_id, data }) => [target_id, data['reason']])).toEqual(
      expect.arrayContaining([
        [userId, 'wrong_password'],
        [null, 'unknown_user'],
      ]),
    );
  });
});

describe('403 email_not_verified', () => {
  it('is said to the right password of an account whose address came to want verification', async () => {
    const { app, post, sql } = service();
    const late = await app.services.createTenant('late', 'Late');
    const atLate = { 'x-tenant': 'late' };
    const { email } = await register(service(), {}, atLate);
    await sql(
      `UPDATE gatehouse.tenants SET settings = '{"email_verification_required":true}' WHERE id = $1`,
      [late.id],
    );

    const right = await post('/auth/login', { email, password: PASSWORD }, atLate);
    const wrong = await post('/auth/login', { email, password: 'Wrong-Horse-9-Battery' }, atLate);

    expectProblem(right, 'email_not_verified');
    expectNoCookie(right);
    expectProblem(wrong, 'invalid_credentials');
  });
});

describe('403 tenant_suspended and 404 tenant_not_found', () => {
  const body = { email: 'ada@example.test', password: PASSWORD };

  it('refuses at a suspended tenant', async () => {
    const response = await service().post('/auth/login', body, { 'x-tenant': 'sleeping' });
    expectProblem(response, 'tenant_suspended');
    expectNoCookie(response);
  });

  it('refuses an X-Tenant that names none', async () => {
    const response = await service().post('/auth/login', body, { 'x-tenant': 'nobody' });
    expectProblem(response, 'tenant_not_found');
    expectNoCookie(response);
  });

  it('speaks of a wrong body first', async () => {
    expectFields(
      await service().post('/auth/login', { email: 'a b' }, { 'x-tenant': 'nobody' }),
      '/password',
    );
    expectFields(
      await service().post('/auth/login', { ...body, email: 'a b' }, { 'x-tenant': 'nobody' }),
      '/email',
    );
  });
});

itSawEveryAnswerOf(service, 'POST', '/auth/login');
