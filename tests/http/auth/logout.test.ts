import { describe, expect, it } from 'vitest';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { describeBearerRefusals } from '../support/bearer-refusals.ts';
import { expectClearedCookie } from '../support/cookies.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, cookie, newSession, register, signIn } from '../support/people.ts';
import { expectFields, expectProblem } from '../support/problems.ts';
import { changeSession, isAlive, sessionAudit } from '../support/sessions.ts';
import { expired } from '../support/tokens.ts';

const service = sharedService();
const logout = (headers: Record<string, string>) => service().post('/auth/logout', {}, headers);

describe('204', () => {
  it('ends the session of the token, answers nothing and clears the cookie', async () => {
    const signedIn = await newSession(service());

    const response = await logout(bearer(signedIn));

    expect([response.statusCode, response.body]).toEqual([204, '']);
    expectClearedCookie(response);
    expectProblem(await service().get('/auth/me', bearer(signedIn)), 'session_revoked');
    expectProblem(await service().post('/auth/refresh', {}, cookie(signedIn)), 'refresh_token_invalid');
  });

  it('needs no body and no content type', async () => {
    const signedIn = await newSession(service());
    const response = await service().send({ method: 'POST', url: '/auth/logout', headers: bearer(signedIn) });
    expect(response.statusCode).toBe(204);
    expect(await isAlive(service(), signedIn)).toBe(false);
  });

  it('is the same again and again, and recorded once', async () => {
    const signedIn = await newSession(service());

    for (let time = 0; time < 3; time += 1) {
      const response = await logout(bearer(signedIn));
      expect(response.statusCode).toBe(204);
      expectClearedCookie(response);
    }

    expect(await sessionAudit(service(), signedIn)).toMatchObject([
      { type: 'session.ended', outcome: 'success', actor_id: signedIn.userId, data: { reason: 'logout' } },
    ]);
  });

  it('lets an expired token end its session', async () => {
    const signedIn = await newSession(service());
    const accessToken = expired(service(), signedIn.accessToken);

    expect((await logout(bearer({ accessToken }))).statusCode).toBe(204);

    expect(await isAlive(service(), signedIn)).toBe(false);
  });

  it.each([
    `idle_expires_at = clock_timestamp() - interval '1 second'`,
    'ended_at = clock_timestamp()',
  ])('does not mind that the session has ended already (%s)', async (assignment) => {
    const signedIn = await newSession(service());
    await changeSession(service(), signedIn, assignment);
    const response = await logout(bearer(signedIn));
    expect(response.statusCode).toBe(204);
    expectClearedCookie(response);
  });

  it('goes by the token and not by the cookie, whatever cookie comes', async () => {
    const person = await register(service());
    const [mine, other] = [await signIn(service(), person), await signIn(service(), person)];

    for (const headers of [cookie(other), { cookie: 'refresh_token=x; refresh_token=y' }] as Record<
      string,
      string
    >[]) {
      expect((await logout({ ...bearer(mine), ...headers })).statusCode).toBe(204);
    }

    expect(await isAlive(service(), other)).toBe(true);
  });

  it('asks for no Origin, for it does not act by a cookie', async () => {
    const signedIn = await newSession(service());
    const headers = { ...bearer(signedIn), ...cookie(signedIn), origin: 'https://evil.example' };
    expect((await logout(headers)).statusCode).toBe(204);
  });

  it('ends no other session of the same person', async () => {
    const person = await register(service());
    const [mine, other] = [await signIn(service(), person), await signIn(service(), person)];

    await logout(bearer(mine));

    expect(await isAlive(service(), other)).toBe(true);
  });

  it.each(['suspended', 'deleted'])('lets a %s user end their session, too', async (status) => {
    const signedIn = await newSession(service());
    await service().sql('UPDATE gatehouse.users SET status = $2 WHERE id = $1', [signedIn.userId, status]);
    expect((await logout(bearer(signedIn))).statusCode).toBe(204);
  });
});

describe('400, 413 and 415', () => {
  it('refuses unknown fields and ends nothing', async () => {
    const signedIn = await newSession(service());
    expectFields(await service().post('/auth/logout', { everywhere: true }, bearer(signedIn)), '/everywhere');
    expect(await isAlive(service(), signedIn)).toBe(true);
  });

  it('refuses broken JSON, a body over 64 KiB and what is not JSON, and ends nothing', async () => {
    const signedIn = await newSession(service());
    const raw = (payload: string, type = 'application/json') =>
      service().send({
        method: 'POST',
        url: '/auth/logout',
        headers: { 'content-type': type, ...bearer(signedIn) },
        payload,
      });
    expectProblem(await raw('{'), 'json_invalid');
    expectProblem(await raw(JSON.stringify({ x: 'x'.repeat(65_536) })), 'body_too_large');
    expectProblem(await raw('<x/>', 'text/xml'), 'media_type_unsupported');
    expect(await isAlive(service(), signedIn)).toBe(true);
  });

  it('speaks of the credential before it reads a body', async () => {
    const response = await service().send({
      method: 'POST',
      url: '/auth/logout',
      headers: { 'content-type': 'application/json' },
      payload: '{',
    });
    expectProblem(response, 'token_missing');
  });
});

describeBearerRefusals({ service, method: 'POST', url: '/auth/logout', wantsLiveSession: false });

itSawEveryAnswerOf(service, 'POST', '/auth/logout');
