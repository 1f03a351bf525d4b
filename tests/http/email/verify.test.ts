import { beforeAll, describe, expect, it } from 'vitest';
import { email as parsed } from '../../support/parsed.ts';
import { PASSWORD } from '../../support/service.ts';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { expectNoCookie } from '../support/cookies.ts';
import { sharedService } from '../support/http-service.ts';
import { almost, expireLinks, mailsTo, openRegistration, strictTenant } from '../support/mails.ts';
import { bearer, newAddress, register, signIn } from '../support/people.ts';
import { expectFields, expectProblem } from '../support/problems.ts';

const service = sharedService();
const atStrict = { 'x-tenant': 'strict' };

beforeAll(async () => {
  await strictTenant(service(), 'strict');
  await strictTenant(service(), 'other');
});

type Headers = Record<string, string>;
const verify = (body: Record<string, unknown>, headers: Headers = {}) =>
  service().post('/auth/email/verify', body, headers);
const open = (body: Record<string, unknown> = {}) => openRegistration(service(), 'strict', body);
const login = (email: string, password = PASSWORD) =>
  service().post('/auth/login', { email, password }, atStrict);

describe('200', () => {
  it('makes the account of an open registration, signing nobody in', async () => {
    const { email, token } = await open({ name: 'Ada', username: 'ada.v', locale: 'de' });

    const response = await verify({ token });

    expect([response.statusCode, response.json()]).toEqual([200, { status: 'verified' }]);
    expectNoCookie(response);
    const { user } = (await login(email)).json();
    expect(user).toMatchObject({
      email_verified: true,
      name: 'Ada',
      username: 'ada.v',
      locale: 'de',
      status: 'active',
      roles: ['member'],
    });
  });

  it('is told in the audit log of the tenant', async () => {
    const { email, token } = await open();
    await verify({ token });
    const { id } = (await login(email)).json().user;
    const types = [
      ...(await service().audit('user.', 'strict')),
      ...(await service().audit('email.', 'strict')),
    ]
      .filter(({ target_id }) => target_id === id)
      .map(({ type }) => type);
    expect(types).toEqual(['user.registered', 'email.verified']);
  });

  it('makes it without the username if that was taken meanwhile', async () => {
    const first = await open({ username: 'wanted' });
    const second = await open({ username: 'wanted' });

    await verify({ token: first.token });
    expect((await verify({ token: second.token })).statusCode).toBe(200);

    expect((await login(first.email)).json().user.username).toBe('wanted');
    expect((await login(second.email)).json().user.username).toBeNull();
  });

  it('marks the address of an account verified and changes nothing else', async () => {
    const person = await register(service(), { name: 'Ada' });
    const signedIn = await signIn(service(), person);
    const before = (await service().get('/auth/me', bearer(signedIn))).json().user;

    const response = await verify({ token: await service().mailedToken(person.email) });

    expect(response.json()).toEqual({ status: 'verified' });
    const after = (await service().get('/auth/me', bearer(signedIn))).json().user;
    expect(after).toEqual({ ...before, email_verified: true, updated_at: after.updated_at });
  });

  it('finds the tenant in the token, whether X-Tenant names it or not', async () => {
    const [bare, named] = [await open(), await open()];
    expect((await verify({ token: bare.token })).statusCode).toBe(200);
    expect((await verify({ token: named.token }, atStrict)).statusCode).toBe(200);
    expectProblem(await service().post('/auth/login', bare), 'validation_failed');
    expectProblem(
      await service().post('/auth/login', { email: bare.email, password: bare.password }),
      'invalid_credentials',
    );
  });

  it('needs no password, and looks at none, while one registration alone is open', async () => {
    const { email, token } = await open();
    expect((await verify({ token, password: 'Wrong-Horse-9-Battery' })).statusCode).toBe(200);
    expect((await login(email)).statusCode).toBe(200);
  });

  it('confirms the same address in two tenants, each for itself', async () => {
    const here = await open();
    const there = await openRegistration(service(), 'other', { email: here.email });
    expect((await verify({ token: here.token })).statusCode).toBe(200);
    expect((await verify({ token: there.token })).statusCode).toBe(200);
  });

  it('looks at no Authorization', async () => {
    const { token } = await open();
    expect((await verify({ token }, { authorization: 'Bearer x', 'x-api-key': 'x' })).statusCode).toBe(200);
  });
});

describe('several registrations of one address', () => {
  const OTHER = 'Other-Horse-7-Stable';

  it('want the password of the link, and without it spend nothing', async () => {
    const mine = await open();
    const theirs = await open({ email: mine.email, password: OTHER });

    for (const { token } of [mine, theirs]) expectProblem(await verify({ token }), 'password_required');
    for (const password of ['', OTHER, PASSWORD.toLowerCase(), 'x'.repeat(257)]) {
      expectProblem(await verify({ token: mine.token, password }), 'invalid_credentials');
    }

    expect((await verify({ token: mine.token, password: PASSWORD })).statusCode).toBe(200);
    expect((await login(mine.email)).statusCode).toBe(200);
    expectProblem(await login(mine.email, OTHER), 'invalid_credentials');
  });

  it('are all closed by the one whose link is used', async () => {
    const mine = await open();
    const theirs = await open({ email: mine.email, password: OTHER });

    await verify({ token: mine.token, password: PASSWORD });

    expectProblem(await verify({ token: theirs.token, password: OTHER }), 'link_used');
    expectProblem(await verify({ token: theirs.token }), 'link_used');
  });

  it('do not count one that has expired', async () => {
    const theirs = await open({ password: OTHER });
    await expireLinks(service(), theirs.email);
    const mine = await open({ email: theirs.email });
    expect((await verify({ token: mine.token })).statusCode).toBe(200);
  });

  it('do not count those of the same address in another tenant', async () => {
    const mine = await open();
    await openRegistration(service(), 'other', { email: mine.email });
    expect((await verify({ token: mine.token })).statusCode).toBe(200);
  });

  it('record a wrong password, which is no 401 of a Bearer', async () => {
    const mine = await open();
    await open({ email: mine.email, password: OTHER });

    const response = await verify({ token: mine.token, password: OTHER });

    expect(response.headers).not.toHaveProperty('www-authenticate');
    expect(await service().audit('registration.confirmation_failed', 'strict')).toContainEqual(
      expect.objectContaining({ outcome: 'failure', request_id: response.headers['x-request-id'] }),
    );
  });
});

describe('400', () => {
  it.each([
    ['empty', () => ''],
    ['malformed', () => 'garbage'],
    ['cut short', (token: string) => token.slice(1)],
    ['lengthened', (token: string) => `${token}A`],
    ['forged', almost],
    ['of no tenant that there is', (token: string) => `AQE${'A'.repeat(token.length - 3)}`],
  ])('link_invalid for a token that is %s', async (_what, forge) => {
    const { token } = await open();
    for (const headers of [{}, atStrict, { 'x-tenant': 'other' }, { 'x-tenant': 'nobody' }] as Headers[]) {
      expectProblem(await verify({ token: forge(token) }, headers), 'link_invalid');
    }
    expect((await verify({ token })).statusCode).toBe(200);
  });

  it('link_invalid for the link of an invitation, which stays good (rule 2)', async () => {
    const { app, post } = service();
    const strict = await app.services.resolveTenant.byName('strict');
    const token = await app.services.invite.byOperator(strict, parsed(newAddress()), 'member');

    expectProblem(await verify({ token }), 'link_invalid');

    expect((await post('/auth/invitations/accept', { token, password: PASSWORD })).statusCode).toBe(200);
  });

  it('link_invalid for a refresh token or an access token', async () => {
    const signedIn = await signIn(service(), await register(service()));
    expectProblem(await verify({ token: signedIn.refreshToken }), 'link_invalid');
    expectProblem(await verify({ token: signedIn.accessToken }), 'link_invalid');
  });

  it('validation_failed for missing, unknown and mistyped fields, spending nothing', async () => {
    const { token } = await open();
    expectFields(await verify({}), '/token');
    expectFields(await verify({ token: 1 }), '/token');
    expectFields(await verify({ token, password: null }), '/password');
    expectFields(await verify({ token, email: 'ada@example.test' }), '/email');
    expect((await verify({ token })).statusCode).toBe(200);
  });

  it('and 413 and 415 for a body that is none', async () => {
    const raw = (payload: string, type = 'application/json') =>
      service().send({
        method: 'POST',
        url: '/auth/email/verify',
        headers: { 'content-type': type },
        payload,
      });
    expectProblem(await raw("{'token':'x'}"), 'json_invalid');
    expectProblem(await raw(JSON.stringify({ token: 'x'.repeat(65_536) })), 'body_too_large');
    expectProblem(await raw('token=x', 'application/x-www-form-urlencoded'), 'media_type_unsupported');
  });
});

describe('403', () => {
  it.each([
    'other',
    'default',
    'nobody',
    '',
  ])('tenant_mismatch where X-Tenant says %j, spending nothing', async (name) => {
    const { token } = await open();
    expectProblem(await verify({ token }, { 'x-tenant': name }), 'tenant_mismatch');
    expect((await verify({ token })).statusCode).toBe(200);
  });

  it('tenant_suspended while the tenant is, spending nothing', async () => {
    const { id } = await strictTenant(service(), 'paused');
    const { token } = await openRegistration(service(), 'paused');
    const set = (status: string) =>
      service().sql('UPDATE gatehouse.tenants SET status = $2 WHERE id = $1', [id, status]);

    await set('suspended');
    expectProblem(await verify({ token }), 'tenant_suspended');

    await set('active');
    expect((await verify({ token })).statusCode).toBe(200);
  });
});

describe('410', () => {
  it('link_used the second time', async () => {
    const { token } = await open();
    await verify({ token });
    expectProblem(await verify({ token }), 'link_used');
  });

  it('link_used for every further link of the same registration', async () => {
    const { email, token } = await open();
    await service().post('/auth/email/resend-verification', { email }, atStrict);
    const second = await service().mailedToken(email);

    expect((await verify({ token })).statusCode).toBe(200);

    expectProblem(await verify({ token: second }), 'link_used');
  });

  it('link_used for one of several that sixteen use at once, but for one', async () => {
    const { email, token } = await open();

    const responses = await Promise.all(Array.from({ length: 16 }, () => verify({ token })));

    expect(responses.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    for (const response of responses.filter(({ statusCode }) => statusCode !== 200))
      expectProblem(response, 'link_used');
    expect(await service().sql('SELECT FROM gatehouse.users WHERE email = $1', [email])).toHaveLength(1);
  });

  it('link_used once an invitation made an account of the address', async () => {
    const { app, post } = service();
    const { email, token } = await open();
    const strict = await app.services.resolveTenant.byName('strict');
    const invitation = await app.services.invite.byOperator(strict, parsed(email), 'member');

    expect(
      (await post('/auth/invitations/accept', { token: invitation, password: PASSWORD })).statusCode,
    ).toBe(200);

    expectProblem(await verify({ token }), 'link_used');
  });

  it('link_used for an account that is suspended or deleted', async () => {
    for (const status of ['suspended', 'deleted']) {
      const { email, userId } = await register(service());
      const token = await service().mailedToken(email);
      await service().sql('UPDATE gatehouse.users SET status = $2 WHERE id = $1', [userId, status]);
      expectProblem(await verify({ token }), 'link_used');
    }
  });

  it('link_expired after its time', async () => {
    const { email, token } = await open();
    await expireLinks(service(), email);
    expectProblem(await verify({ token }), 'link_expired');
  });

  it('is told for 30 days, and link_invalid once the row is gone', async () => {
    const { email, token } = await open();
    await verify({ token });
    await service().sql(
      `UPDATE gatehouse.one_time_tokens SET created_at = created_at - interval '29 days',
       expires_at = expires_at - interval '29 days', used_at = used_at - interval '29 days' WHERE email = $1`,
      [email],
    );

    await service().app.worker?.runOnce('sweep');
    expectProblem(await verify({ token }), 'link_used');
    await service().sql('DELETE FROM gatehouse.one_time_tokens WHERE email = $1', [email]);

    expectProblem(await verify({ token }), 'link_invalid');
  });
});

describe('the mail', () => {
  it('leads to /verify-email with the token in the fragment, which no server sees', async () => {
    const { email, token } = await open();
    const [mail] = await mailsTo(service(), email);
    expect(mail?.links).toEqual([`http://localhost:8080/verify-email#token=${token}`]);
    expect([mail?.text, mail?.html]).toEqual([
      expect.stringContaining(token),
      expect.stringContaining(token),
    ]);
  });

  it('is not used up by whoever opens the page or asks the route with GET or HEAD (rule 3)', async () => {
    const { token } = await open();
    await service().get(`/verify-email?token=${token}`);
    await service().get(`/auth/email/verify?token=${token}`);
    await service().send({ method: 'HEAD', url: `/auth/email/verify?token=${token}` });
    expect((await verify({ token })).statusCode).toBe(200);
  });
});

itSawEveryAnswerOf(service, 'POST', '/auth/email/verify');
