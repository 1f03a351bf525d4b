import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { expectRefreshCookie } from '../support/cookies.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, newSession, register, sessionIn, signIn } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';
import { isAlive } from '../support/sessions.ts';
import { type SettledTenant, setSettings, tenantWith } from './tenant-settings.ts';

const DAY_SECONDS = 86_400;

const service = sharedService({
  SESSION_MAX_DEVICES: '2',
  SESSION_INACTIVITY_TIMEOUT_DAYS: '9',
  REFRESH_TOKEN_EXPIRE_DAYS: '10',
  MAX_LOGIN_ATTEMPTS: '4',
  ACCOUNT_LOCKOUT_DURATION_MINUTES: '20',
});

describe('session_max_devices', () => {
  /** Which sessions of one person are left after three sign-ins, the oldest first. */
  async function aliveOfThree({ headers }: SettledTenant): Promise<readonly boolean[]> {
    const person = await register(service(), {}, headers);
    const sessions = [];
    for (let count = 0; count < 3; count += 1) sessions.push(await signIn(service(), person, {}, headers));
    return Promise.all(sessions.map((session) => isAlive(service(), session)));
  }

  it('ends the oldest at the number of the tenant, be it smaller or larger than the environment’s', async () => {
    const limits = [{ session_max_devices: 1 }, { session_max_devices: 3 }, {}];

    const alive = [];
    for (const json of limits) alive.push(await aliveOfThree(await tenantWith(service(), json)));

    expect(alive).toEqual([
      [false, false, true],
      [true, true, true],
      [false, true, true],
    ]);
  });

  it('holds from the next sign-in on', async () => {
    const tenant = await tenantWith(service());
    const person = await register(service(), {}, tenant.headers);
    const first = await signIn(service(), person, {}, tenant.headers);
    const second = await signIn(service(), person, {}, tenant.headers);

    await setSettings(service(), tenant, { session_max_devices: 1 });
    expect([await isAlive(service(), first), await isAlive(service(), second)]).toEqual([true, true]);
    const third = await signIn(service(), person, {}, tenant.headers);

    const alive = [first, second, third].map((session) => isAlive(service(), session));
    expect(await Promise.all(alive)).toEqual([false, false, true]);
  });
});

describe('session_inactivity_days', () => {
  it('ends an unused session at the tenant’s time, told by the cookie and kept over a refresh', async () => {
    const tenant = await tenantWith(service(), { session_inactivity_days: 2 });
    const { post } = service();

    const { response, refreshToken } = await newSession(service(), {}, tenant.headers);
    expectRefreshCookie(response, 2 * DAY_SECONDS);

    const refreshed = await post('/auth/refresh', {}, { cookie: `refresh_token=${refreshToken}` });
    expect(refreshed.statusCode, refreshed.body).toBe(200);
    expectRefreshCookie(refreshed, 2 * DAY_SECONDS);
  });

  it('is over on time, and not before', async () => {
    const { sql, send } = service();
    const tenant = await tenantWith(service(), { session_inactivity_days: 2 });
    const signedIn = await newSession(service(), {}, tenant.headers);
    // What is no ordinary read asks for the session each time.
    const ask = () =>
      send({
        method: 'DELETE',
        url: '/auth/sessions/01900000-0000-7000-8000-000000000001',
        headers: bearer(signedIn),
      });
    const age = (interval: string) =>
      sql('UPDATE gatehouse.sessions SET inactive_at = inactive_at - $2::interval WHERE id = $1', [
        signedIn.sessionId,
        interval,
      ]);

    await age('47 hours 59 minutes');
    expectProblem(await ask(), 'not_found');

    // It was seen again just then, and waits for as long anew.
    await age('48 hours');
    expectProblem(await ask(), 'session_revoked');
  });

  it('returns to the environment’s for sessions that begin after null', async () => {
    const tenant = await tenantWith(service(), { session_inactivity_days: 2 });
    const person = await register(service(), {}, tenant.headers);

    await setSettings(service(), tenant, { session_inactivity_days: null });

    const { response } = await signIn(service(), person, {}, tenant.headers);
    expectRefreshCookie(response, 9 * DAY_SECONDS);
  });
});

describe('audience', () => {
  const AUDIENCE = 'https://api.acme.example';

  /** As a verified domain will let a tenant do: in this release none can be verified. */
  const setAudience = ({ id }: SettledTenant, audience: string) =>
    service().sql('UPDATE gatehouse.tenants SET settings = $2 WHERE id = $1', [id, { audience }]);

  /** What an application does that knows nothing but the published keys. */
  async function verifyOffline(accessToken: string, audience: string): Promise<string | undefined> {
    const jwks = createLocalJWKSet((await service().get('/.well-known/jwks.json')).json());
    return (await jwtVerify(accessToken, jwks, { audience, typ: 'at+jwt' })).payload.sub;
  }

  it('is what tokens carry, for applications and for the service itself', async () => {
    const tenant = await tenantWith(service());
    await setAudience(tenant, AUDIENCE);

    const signedIn = await newSession(service(), {}, tenant.headers);

    expect(await verifyOffline(signedIn.accessToken, AUDIENCE)).toBe(signedIn.userId);
    await expect(verifyOffline(signedIn.accessToken, tenant.id)).rejects.toMatchObject({
      code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
    });
    expect(await isAlive(service(), signedIn)).toBe(true);
  });

  // Rule 13: exact `aud`, each tenant its own.
  it('makes tokens for the former one worthless at once; a refresh brings one for the new', async () => {
    const tenant = await tenantWith(service());
    const before = await newSession(service(), { transport: 'token' }, tenant.headers);

    await setAudience(tenant, AUDIENCE);

    expectProblem(await service().get('/auth/me', bearer(before)), 'token_invalid');
    const refreshed = await service().post('/auth/refresh', { refresh_token: before.refreshToken });
    const after = sessionIn(refreshed);
    expect(await verifyOffline(after.accessToken, AUDIENCE)).toBe(before.userId);
    expect(await isAlive(service(), after)).toBe(true);
  });

  it('is the tenant’s id where that is set, or where nothing is', async () => {
    for (const isSet of [true, false]) {
      const tenant = await tenantWith(service());
      await setSettings(service(), tenant, { audience: isSet ? tenant.id : null });
      const signedIn = await newSession(service(), {}, tenant.headers);
      expect(await verifyOffline(signedIn.accessToken, tenant.id)).toBe(signedIn.userId);
    }
  });
});

describe('lockout', () => {
  /** Answers to wrong passwords, one after the other, until `attempts` were made. */
  async function fail({ headers }: SettledTenant, attempts: number, email: string) {
    const answers = [];
    for (let count = 0; count < attempts; count += 1) {
      const credentials = { email, password: 'Wrong-Horse-9-Battery' };
      answers.push(await service().post('/auth/login', credentials, headers));
    }
    return answers;
  }

  it('comes after the tenant’s number of wrong passwords and lasts for its minutes', async () => {
    const tenant = await tenantWith(service(), { lockout: { max_attempts: 2, duration_minutes: 7 } });
    const { email } = await register(service(), {}, tenant.headers);

    const answers = await fail(tenant, 3, email);

    expect(answers.map((answer) => answer.json().code)).toEqual([
      'invalid_credentials',
      'invalid_credentials',
      'account_locked',
    ]);
    const retryAfter = Number(answers[2]?.headers['retry-after']);
    expect(retryAfter).toBeGreaterThan(6 * 60);
    expect(retryAfter).toBeLessThanOrEqual(7 * 60);
  });

  it('is filled from the environment, each half by itself', async () => {
    const tenant = await tenantWith(service(), { lockout: { duration_minutes: 7 } });
    const { email } = await register(service(), {}, tenant.headers);

    const answers = await fail(tenant, 5, email);

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401, 401, 429]);
    expect(Number(answers[4]?.headers['retry-after'])).toBeLessThanOrEqual(7 * 60);
  });

  it('counts at once by the number as it is changed', async () => {
    const tenant = await tenantWith(service(), { lockout: { max_attempts: 10 } });
    const { email } = await register(service(), {}, tenant.headers);
    await fail(tenant, 3, email);

    await setSettings(service(), tenant, { lockout: null });

    const answers = await fail(tenant, 2, email);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 429]);
    expect(Number(answers[1]?.headers['retry-after'])).toBeGreaterThan(19 * 60);
  });
});
