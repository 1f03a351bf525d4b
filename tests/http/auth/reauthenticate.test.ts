import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { PASSWORD } from '../../support/service.ts';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { DEFAULT_LIMITS, guess, LOCK_ONLY, verdict, verdicts } from '../support/attempts.ts';
import { describeBearerRefusals } from '../support/bearer-refusals.ts';
import { expectNoCookie } from '../support/cookies.ts';
import { ownService, sharedService } from '../support/http-service.ts';
import {
  bearer,
  cookie,
  expectUserForm,
  newSession,
  register,
  type SignedIn,
  signIn,
} from '../support/people.ts';
import { expectFields, expectProblem } from '../support/problems.ts';
import { changeSession, isAlive, sessionAudit } from '../support/sessions.ts';

const service = sharedService();
const url = '/auth/reauthenticate';

const prove = (asking: SignedIn, body: unknown = { password: PASSWORD }, headers = {}, at = service()) =>
  at.post(url, body, { ...bearer(asking), ...headers });

/** Somebody who signed in an hour ago. */
async function staleSession(at = service()): Promise<SignedIn> {
  const signedIn = await newSession(at);
  await changeSession(at, signedIn, `auth_time = clock_timestamp() - interval '1 hour'`);
  return signedIn;
}

async function ageSeconds({ sessionId }: SignedIn, at = service()): Promise<number> {
  const [row] = await at.sql<{ age: number }>(
    `SELECT extract(epoch FROM clock_timestamp() - auth_time)::float AS age FROM gatehouse.sessions WHERE id = $1`,
    [sessionId],
  );
  return row?.age ?? Number.NaN;
}

const MINUTE = 60;

describe('200', () => {
  it('answers a complete sign-in without a refresh token or a cookie, and makes the session fresh', async () => {
    const signedIn = await staleSession();

    const response = await prove(signedIn);

    expect(response.statusCode, response.body).toBe(200);
    expectNoCookie(response);
    const body = response.json();
    expect(Object.keys(body).sort()).toEqual(
      ['access_token', 'expires_in', 'session', 'status', 'token_type', 'user'].sort(),
    );
    expect(body).toMatchObject({ status: 'complete', token_type: 'Bearer', expires_in: 900 });
    expect(body.session).toEqual({ id: signedIn.sessionId, aal: 1, amr: ['pwd'] });
    expectUserForm(body.user);
    expect(await ageSeconds(signedIn)).toBeLessThan(MINUTE);
  });

  it('answers an access token of the same session whose auth_time is this moment', async () => {
    const signedIn = await staleSession();

    const { access_token: accessToken } = (await prove(signedIn)).json();

    const [before, after] = [decodeJwt(signedIn.accessToken), decodeJwt(accessToken)];
    expect(after).toMatchObject({ sid: signedIn.sessionId, sub: signedIn.userId, amr: ['pwd'], aal: 1 });
    expect(Number(after['iat']) - Number(after['auth_time'])).toBeLessThan(MINUTE);
    expect(after.jti).not.toBe(before.jti);
    expect(await isAlive(service(), { accessToken })).toBe(true);
    // Freshness is read from the session, so the token from before is none the worse.
    expect(await isAlive(service(), signedIn)).toBe(true);
  });

  it('leaves the refresh token good, and a refresh keeps the new auth_time', async () => {
    const signedIn = await staleSession();
    const { access_token: accessToken } = (await prove(signedIn)).json();

    const refreshed = await service().post('/auth/refresh', {}, cookie(signedIn));

    expect(refreshed.statusCode).toBe(200);
    expect(decodeJwt(refreshed.json().access_token)['auth_time']).toBe(decodeJwt(accessToken)['auth_time']);
  });

  it('moves no limit of the session', async () => {
    const signedIn = await staleSession();
    const limits = () =>
      service().sql(
        'SELECT idle_expires_at, absolute_expires_at, created_at, number FROM gatehouse.sessions WHERE id = $1',
        [signedIn.sessionId],
      );
    const before = await limits();
    await prove(signedIn);
    expect(await limits()).toEqual(before);
  });

  it('makes no other session of the person fresh', async () => {
    const signedIn = await staleSession();
    const other = await signIn(service(), signedIn);
    await changeSession(service(), other, `auth_time = clock_timestamp() - interval '1 hour'`);

    await prove(signedIn);

    expect(await ageSeconds(other)).toBeGreaterThan(50 * MINUTE);
  });

  it('meets what was demanded of the session', async () => {
    const signedIn = await newSession(service());
    await changeSession(service(), signedIn, 'step_up_at = clock_timestamp()');
    await prove(signedIn);
    const rows = await service().sql('SELECT step_up_at FROM gatehouse.sessions WHERE id = $1', [
      signedIn.sessionId,
    ]);
    expect(rows).toEqual([{ step_up_at: null }]);
  });

  it('is told in the audit', async () => {
    const signedIn = await newSession(service());
    await prove(signedIn);
    expect(await sessionAudit(service(), signedIn)).toEqual([
      expect.objectContaining({
        type: 'session.reauthenticated',
        outcome: 'success',
        actor_id: signedIn.userId,
        data: { amr: ['pwd'], aal: 1 },
      }),
    ]);
  });

  it('goes by the token and not by a refresh cookie, and asks for no Origin', async () => {
    const signedIn = await staleSession();
    const other = await newSession(service());
    const headers = { ...cookie(other), origin: 'https://evil.example' };

    const response = await prove(signedIn, { password: PASSWORD }, headers);

    expect(response.json().session.id).toBe(signedIn.sessionId);
    expectNoCookie(response);
  });

  it('takes the password in both of its Unicode spellings', async () => {
    const password = 'Fürstin-Äbtissin-9';
    const signedIn = await signIn(
      service(),
      await register(service(), { password: password.normalize('NFC') }),
    );
    expect((await prove(signedIn, { password: password.normalize('NFD') })).statusCode).toBe(200);
  });
});

describe('401 invalid_credentials', () => {
  it.each([
    'Wrong-Password-9',
    '',
    PASSWORD.toLowerCase(),
    `${PASSWORD} `,
    PASSWORD.repeat(20),
  ])('for a wrong password, of any length: %j', async (password) => {
    const signedIn = await staleSession();

    const response = await prove(signedIn, { password }, cookie(signedIn));

    expectProblem(response, 'invalid_credentials');
    // The token is not what is wrong, so nobody is told to look for another one; and the cookie is kept.
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expectNoCookie(response);
    expect(await isAlive(service(), signedIn)).toBe(true);
    expect(await ageSeconds(signedIn)).toBeGreaterThan(50 * MINUTE);
    expect((await service().post('/auth/refresh', {}, cookie(signedIn))).statusCode).toBe(200);
  });

  it('for another person’s password', async () => {
    const other = await register(service(), { password: 'Another-Horse-10-Stable' });
    const signedIn = await newSession(service());
    expectProblem(await prove(signedIn, { password: other.password }), 'invalid_credentials');
  });

  it('for an account that has no password', async () => {
    const signedIn = await newSession(service());
    await service().sql('UPDATE gatehouse.users SET password_hash = NULL WHERE id = $1', [signedIn.userId]);
    expectProblem(await prove(signedIn), 'invalid_credentials');
  });

  it('is told in the audit, without what was typed', async () => {
    const signedIn = await newSession(service());
    await prove(signedIn, { password: 'Wrong-Password-9' });
    expect(await sessionAudit(service(), signedIn)).toEqual([
      expect.objectContaining({
        type: 'session.reauthentication_failed',
        severity: 'warning',
        outcome: 'failure',
        actor_id: signedIn.userId,
        data: { method: 'password', reason: 'wrong_password' },
      }),
    ]);
  });
});

describe('401 code_invalid', () => {
  it.each([
    ['code', { code: '123456' }],
    ['webauthn', { flow_id: 'x', credential: { id: 'x', type: 'public-key' } }],
    ['email', { flow_id: 'x', code: '12345678' }],
    ['code', { code: '' }],
  ])('for a proof that no account has yet: %s, %j', async (method, body) => {
    const signedIn = await staleSession();

    const response = await prove(signedIn, body, cookie(signedIn));

    expectProblem(response, 'code_invalid');
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expectNoCookie(response);
    expect(await ageSeconds(signedIn)).toBeGreaterThan(50 * MINUTE);
    expect((await sessionAudit(service(), signedIn)).map(({ data }) => data)).toEqual([
      { method, reason: 'no_such_method' },
    ]);
  });
});

describe('401 session_revoked', () => {
  // Found by the guard, or under the lock: told alike.
  it('for a session that ended, and it stays ended', async () => {
    const signedIn = await newSession(service());
    await service().post('/auth/logout', {}, bearer(signedIn));
    expectProblem(await prove(signedIn), 'session_revoked');
    expect(await isAlive(service(), signedIn)).toBe(false);
  });
});

describe('400, 413 and 415', () => {
  it.each([
    [{}, ['/password']],
    [{ password: PASSWORD, code: '123456' }, ['/code']],
    [{ password: PASSWORD, flow_id: 'x', credential: {} }, ['/credential', '/flow_id']],
    [{ flow_id: 'x' }, ['/credential']],
    [{ credential: {} }, ['/flow_id']],
    [{ credential: {}, code: '1' }, ['/flow_id']],
    [{ flow_id: 'x', credential: {}, code: '1' }, ['/code']],
    [{ password: null }, ['/password']],
    [{ password: 1 }, ['/password']],
    [{ code: 123456 }, ['/code']],
    [{ flow_id: 'x', credential: 'y' }, ['/credential']],
    [{ flow_id: 'x', credential: [] }, ['/credential']],
    [{ password: PASSWORD, user_id: 'x', transport: 'token' }, ['/transport', '/user_id']],
    [{ password: 'a\0b' }, ['/password']],
    [{ code: 'x'.repeat(1025) }, ['/code']],
    [[], ['']],
  ])('validation_failed, and nothing is counted: %#', async (body, pointers) => {
    const signedIn = await staleSession();
    expectFields(await prove(signedIn, body), ...pointers);
    expect(await sessionAudit(service(), signedIn)).toEqual([]);
    expect(await ageSeconds(signedIn)).toBeGreaterThan(50 * MINUTE);
  });

  it('refuses broken JSON, a body over 64 KiB and what is not JSON', async () => {
    const signedIn = await newSession(service());
    const raw = (payload: string, type = 'application/json') =>
      service().send({
        method: 'POST',
        url,
        headers: { 'content-type': type, ...bearer(signedIn) },
        payload,
      });
    expectProblem(await raw('{'), 'json_invalid');
    expectProblem(await raw(JSON.stringify({ password: 'x'.repeat(65_536) })), 'body_too_large');
    expectProblem(
      await raw(`password=${PASSWORD}`, 'application/x-www-form-urlencoded'),
      'media_type_unsupported',
    );
  });
});

// Rule 30: a storm of proofs costs no more than one of sign-ins, and nobody is told that a right password was wrong.
it('takes its turn among the sign-ins, and is turned away where none comes in time', async () => {
  const signedIn = await newSession(service());
  const { signInTurns, resolveTenant } = service().app.services;
  const { id: tenantId } = await resolveTenant.byName(null);
  let release: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    release = resolve;
  });
  const crowd = Array.from({ length: 300 }, () =>
    signInTurns.run(tenantId, () => over).catch(() => undefined),
  );

  const response = await prove(signedIn);
  release();
  await Promise.all(crowd);

  expectProblem(response, 'unavailable');
  expect(await sessionAudit(service(), signedIn)).toEqual([]);
});

describe('the lock', () => {
  it('comes after five wrong passwords, of sign-in and of this together, and holds for both', async () => {
    const own = await ownService(LOCK_ONLY);
    const signedIn = await newSession(own, { transport: 'token' });
    const wrong = () => prove(signedIn, { password: 'Wrong-Password-9' }, {}, own);

    expect(await verdicts(3, wrong)).toEqual(Array(3).fill('401 invalid_credentials'));
    expect(await verdicts(2, () => guess(own, signedIn.email))).toEqual(
      Array(2).fill('401 invalid_credentials'),
    );
    const locked = await prove(signedIn, { password: PASSWORD }, cookie(signedIn), own);

    expectProblem(locked, 'account_locked');
    expectNoCookie(locked);
    expect(verdict(await guess(own, signedIn.email))).toBe('429 account_locked');
    expect(await isAlive(own, signedIn)).toBe(true);
  });

  it('is spoken before the rate limit, and the sixth wrong password meets it', async () => {
    const own = await ownService(DEFAULT_LIMITS);
    const signedIn = await newSession(own, { transport: 'token' });
    const wrong = () => prove(signedIn, { password: 'Wrong-Password-9' }, {}, own);

    expect(await verdicts(6, wrong)).toEqual([
      ...Array(5).fill('401 invalid_credentials'),
      '429 account_locked',
    ]);
  });

  it('is not brought about by bodies that are none', async () => {
    const own = await ownService(LOCK_ONLY);
    const signedIn = await newSession(own, { transport: 'token' });
    await verdicts(6, () => prove(signedIn, {}, {}, own));
    expect((await prove(signedIn, { password: PASSWORD }, {}, own)).statusCode).toBe(200);
  });
});

describe('the rate limit', () => {
  it('counts the account, whichever of its sessions asks, together with the options', async () => {
    const own = await ownService(DEFAULT_LIMITS);
    const person = await register(own);
    const [one, other] = [await signIn(own, person), await signIn(own, person)];
    const options = () => own.post(`${url}/options`, {}, bearer(other));

    expect(await verdicts(3, () => prove(one, { password: PASSWORD }, {}, own))).toEqual([
      '200',
      '200',
      '200',
    ]);
    expect(await verdicts(3, options)).toEqual(['200', '200', '429 rate_limited']);
    const limited = await prove(one, { password: PASSWORD }, {}, own);

    expectProblem(limited, 'rate_limited');
    expect(limited.headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-remaining': '0' });
    expectNoCookie(limited);
  });

  it('counts neither a body that is none nor a token that is refused', async () => {
    const own = await ownService(DEFAULT_LIMITS);
    const signedIn = await newSession(own);
    await verdicts(6, () => prove(signedIn, {}, {}, own));
    await verdicts(6, () => own.post(url, { password: PASSWORD }, { authorization: 'Bearer x' }));
    await verdicts(6, () => prove(signedIn, { password: PASSWORD }, { 'x-tenant': 'nobody' }, own));

    const response = await prove(signedIn, { password: PASSWORD }, {}, own);

    expect([response.statusCode, response.headers['ratelimit-remaining']]).toEqual([200, '4']);
  });
});

describeBearerRefusals({
  service,
  method: 'POST',
  url,
  body: { password: PASSWORD },
  wantsLiveSession: true,
});

itSawEveryAnswerOf(service, 'POST', url);
