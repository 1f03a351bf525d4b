import { beforeAll, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../core/kernel/ids.ts';
import { ReauthenticationRequired } from '../../../core/sessions/index.ts';
import { openService, PASSWORD } from '../../support/service.ts';
import { describeBearerRefusals } from '../support/bearer-refusals.ts';
import { expectNoCookie } from '../support/cookies.ts';
import { equip, type HttpService } from '../support/http-service.ts';
import { bearer, cookie, newSession, type SignedIn } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';
import { changeSession, isAlive } from '../support/sessions.ts';

// No route of this release wants a fresh sign-in. The guard of the real server is asked through routes of this test's
// own, which are added to it before it serves.
const url = '/test/sensitive';
const LACKS_FACTOR = '/test/lacks-factor';
const CHALLENGE = 'Bearer error="insufficient_user_authentication", max_age=600';

let shared: HttpService | null = null;
const service = (): HttpService => {
  if (!shared) throw new Error('The service is there from the first test on');
  return shared;
};

beforeAll(async () => {
  const opened = await openService();
  const config = { access: 'fresh_session' } as const;
  opened.http.get(url, { config, schema: { hide: true } }, async () => ({ done: true }));
  opened.http.post(url, { config, schema: { hide: true } }, async () => ({ done: true }));
  opened.http.post(LACKS_FACTOR, { config: { access: 'session' }, schema: { hide: true } }, async () => {
    throw new ReauthenticationRequired(true);
  });
  const equipped = equip(opened);
  shared = equipped.service;
  return equipped.close;
});

const act = (asking: Pick<SignedIn, 'accessToken'>) => service().post(url, {}, bearer(asking));
const prove = (asking: SignedIn) =>
  service().post('/auth/reauthenticate', { password: PASSWORD }, bearer(asking));

async function age(signedIn: SignedIn, seconds: number): Promise<void> {
  await changeSession(service(), signedIn, `auth_time = clock_timestamp() - interval '${seconds} seconds'`);
}

/** Expects the refusal of RFC 9470, and that it ends nothing. */
async function expectStale(signedIn: SignedIn): Promise<void> {
  const response = await act(signedIn);
  expectProblem(response, 'reauthentication_required');
  expect(response.headers['www-authenticate']).toBe(CHALLENGE);
  expectNoCookie(response);
  expect(await isAlive(service(), signedIn)).toBe(true);
}

describe('a route that wants a fresh sign-in', () => {
  it('is open to whoever has just signed in', async () => {
    expect((await act(await newSession(service()))).statusCode).toBe(200);
  });

  it('is open for ten minutes, by the clock of the database', async () => {
    const signedIn = await newSession(service());
    await age(signedIn, 570);
    expect((await act(signedIn)).statusCode).toBe(200);
    await age(signedIn, 601);
    await expectStale(signedIn);
    await age(signedIn, 86_400);
    await expectStale(signedIn);
  });

  it('is closed to reads as well, and to a session that is remembered to be fresh', async () => {
    const signedIn = await newSession(service());
    const read = () => service().get(url, bearer(signedIn));
    expect((await read()).statusCode).toBe(200);
    await age(signedIn, 601);
    expectProblem(await read(), 'reauthentication_required');
  });

  it('opens by a proof of who one is, for every token of the session', async () => {
    const signedIn = await newSession(service());
    await age(signedIn, 3_600);
    const { access_token: accessToken } = (await prove(signedIn)).json();

    expect((await act({ accessToken })).statusCode).toBe(200);
    expect((await act(signedIn)).statusCode).toBe(200);
  });

  // Refreshing does not move auth_time; and what a token says of it opens nothing.
  it('opens by no refresh, and goes by the row and not by the token', async () => {
    const signedIn = await newSession(service());
    await age(signedIn, 601);
    const { access_token: accessToken } = (
      await service().post('/auth/refresh', {}, cookie(signedIn))
    ).json();
    expectProblem(await act({ accessToken }), 'reauthentication_required');

    const fresh = await newSession(service());
    await age(fresh, 601);
    await expectStale(fresh);
  });

  it('is closed while a proof is demanded, however recent the sign-in, and opens by it', async () => {
    const signedIn = await newSession(service());
    const { unitOfWork, resolveTenant } = service().app.services;
    const tenant = await resolveTenant.byName(null);
    await unitOfWork.run(tenant.id, ({ sessions }) => sessions.demandStepUp(signedIn.sessionId as SessionId));

    await expectStale(signedIn);
    await service().post('/auth/refresh', {}, cookie(signedIn));
    await expectStale(signedIn);

    await prove(signedIn);
    expect((await act(signedIn)).statusCode).toBe(200);
  });

  it('refuses what a session route refuses before it looks at the age', async () => {
    const signedIn = await newSession(service());
    await age(signedIn, 601);
    const mismatch = await service().post(url, {}, { ...bearer(signedIn), 'x-tenant': 'nobody' });
    expectProblem(mismatch, 'tenant_mismatch');
    await service().post('/auth/logout', {}, bearer(signedIn));
    expectProblem(await act(signedIn), 'session_revoked');
  });
});

it('tells which factors are wanted, where one is missing', async () => {
  const signedIn = await newSession(service());
  const response = await service().post(LACKS_FACTOR, {}, bearer(signedIn));
  expectProblem(response, 'reauthentication_required');
  expect(response.headers['www-authenticate']).toBe(`${CHALLENGE}, acr_values="aal2"`);
});

describeBearerRefusals({ service, method: 'POST', url, wantsLiveSession: true });
