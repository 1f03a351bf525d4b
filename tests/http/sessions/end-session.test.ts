import { beforeAll, describe, expect, it } from 'vitest';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { describeBearerRefusals } from '../support/bearer-refusals.ts';
import { expectClearedCookie, expectNoCookie } from '../support/cookies.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, cookie, newSession, register, type SignedIn, signIn } from '../support/people.ts';
import { expectFields, expectProblem, toldTo } from '../support/problems.ts';
import { changeSession, isAlive, sessionAudit } from '../support/sessions.ts';
import { sessionNamedBy } from '../support/tokens.ts';

const service = sharedService();
const NEVER_WAS = '0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11';

const end = (id: string, headers: Record<string, string>) =>
  service().send({ method: 'DELETE', url: `/auth/sessions/${id}`, headers });

async function twoSessions(): Promise<[SignedIn, SignedIn]> {
  const person = await register(service());
  return [await signIn(service(), person), await signIn(service(), person)];
}

const alive = (...sessions: SignedIn[]) =>
  Promise.all(sessions.map((session) => isAlive(service(), session)));

describe('204', () => {
  it('ends another session of the person, and leaves this one and its cookie', async () => {
    const [mine, other] = await twoSessions();

    const response = await end(other.sessionId, bearer(mine));

    expect([response.statusCode, response.body]).toEqual([204, '']);
    expectNoCookie(response);
    expectProblem(await service().get('/auth/me', bearer(other)), 'session_revoked');
    expectProblem(await service().post('/auth/refresh', {}, cookie(other)), 'refresh_token_invalid');
    expect((await service().post('/auth/refresh', {}, cookie(mine))).statusCode).toBe(200);
    expect(await alive(mine)).toEqual([true]);
  });

  it('ends the session that asks, and clears the cookie', async () => {
    const [mine, other] = await twoSessions();

    const response = await end(mine.sessionId, bearer(mine));

    expect([response.statusCode, response.body]).toEqual([204, '']);
    expectClearedCookie(response);
    expect(await alive(mine, other)).toEqual([false, true]);
  });

  it('is recorded as the deed of the user on that session', async () => {
    const [mine, other] = await twoSessions();
    await end(other.sessionId, bearer(mine));
    expect(await sessionAudit(service(), other)).toEqual([
      expect.objectContaining({
        type: 'session.ended',
        outcome: 'success',
        actor_type: 'user',
        actor_id: mine.userId,
        data: { reason: 'revoked' },
      }),
    ]);
  });

  it('goes by the token and not by the cookie, whatever cookie comes', async () => {
    const [mine, other] = await twoSessions();

    const response = await end(other.sessionId, { ...bearer(mine), ...cookie(other) });

    expect(response.statusCode).toBe(204);
    expectNoCookie(response);
    expect(await alive(mine, other)).toEqual([true, false]);
  });

  it('asks for no Origin, for it does not act by a cookie', async () => {
    const [mine, other] = await twoSessions();
    const headers = { ...bearer(mine), ...cookie(mine), origin: 'https://evil.example' };
    expect((await end(other.sessionId, headers)).statusCode).toBe(204);
  });

  it.each(['{}', ''])('takes %j for no body', async (payload) => {
    const [mine, other] = await twoSessions();
    const headers = { ...bearer(mine), 'content-type': 'application/json' };
    const url = `/auth/sessions/${other.sessionId}`;
    expect((await service().send({ method: 'DELETE', url, headers, payload })).statusCode).toBe(204);
  });
});

describe('404', () => {
  let mine: SignedIn;
  let nothing: ReturnType<typeof toldTo>;

  beforeAll(async () => {
    mine = await newSession(service());
    const response = await end(NEVER_WAS, bearer(mine));
    expectProblem(response, 'not_found');
    nothing = toldTo(response);
  });

  /** Expects the very answer that an id gets which never was. */
  async function expectNothing(id: string): Promise<void> {
    const response = await end(id, bearer(mine));
    expectProblem(response, 'not_found');
    expectNoCookie(response);
    expect(toldTo(response)).toEqual(nothing);
  }

  it("is the answer for another user's session, which lives on and hears nothing of it", async () => {
    const stranger = await newSession(service());

    await expectNothing(stranger.sessionId);

    expect(await alive(stranger)).toEqual([true]);
    expect(await sessionAudit(service(), stranger)).toEqual([]);
  });

  it('is the answer for a session of another tenant, of the same address even', async () => {
    await service().app.services.createTenant('acme', 'Acme');
    const there = await register(service(), { email: mine.email }, { 'x-tenant': 'acme' });
    const namesake = await signIn(service(), there, {}, { 'x-tenant': 'acme' });

    await expectNothing(namesake.sessionId);

    expect(await alive(namesake)).toEqual([true]);
    expect(await sessionAudit(service(), namesake, 'acme')).toEqual([]);
  });

  it('is the answer the second time, and the end is recorded once', async () => {
    const other = await signIn(service(), mine);
    expect((await end(other.sessionId, bearer(mine))).statusCode).toBe(204);

    await expectNothing(other.sessionId);

    expect(await sessionAudit(service(), other)).toHaveLength(1);
  });

  it.each([
    'ended_at = clock_timestamp()',
    `idle_expires_at = clock_timestamp() - interval '1 second'`,
    `absolute_expires_at = clock_timestamp() - interval '1 second'`,
    `inactive_at = clock_timestamp() - interval '1 second'`,
  ])('is the answer for one of the person’s own that is over (%s)', async (assignment) => {
    const other = await signIn(service(), mine);
    await changeSession(service(), other, assignment);
    await expectNothing(other.sessionId);
    expect(await sessionAudit(service(), other)).toEqual([]);
  });

  it.each([
    '',
    'current',
    'x',
    '%00',
    '%20',
    '..%2f..%2fme',
    `${NEVER_WAS}x`,
    'x'.repeat(9000),
  ])('is the answer for what is no id at all (%s), and ends nothing', async (id) => {
    await expectNothing(id);
    expect(await alive(mine)).toEqual([true]);
  });

  it('is the answer for an id in another spelling than ours', async () => {
    await expectNothing(mine.sessionId.toUpperCase());
    await expectNothing(mine.sessionId.replaceAll('-', ''));
    await expectNothing(`{${mine.sessionId}}`);
    expect(await alive(mine)).toEqual([true]);
  });
});

describe('400, 413 and 415', () => {
  const send = (payload: string, signedIn: SignedIn, type = 'application/json') =>
    service().send({
      method: 'DELETE',
      url: `/auth/sessions/${signedIn.sessionId}`,
      headers: { 'content-type': type, ...bearer(signedIn) },
      payload,
    });

  it('refuses every field of a body, for there is none, and ends nothing', async () => {
    const mine = await newSession(service());
    expectFields(await send('{"everywhere":true,"user_id":"x"}', mine), '/everywhere', '/user_id');
    for (const payload of ['[]', '"text"', 'null', '1']) expectFields(await send(payload, mine), '');
    expect(await alive(mine)).toEqual([true]);
  });

  it('refuses broken JSON, a body over 64 KiB and what is not JSON, and ends nothing', async () => {
    const mine = await newSession(service());
    expectProblem(await send('{', mine), 'json_invalid');
    expectProblem(await send(JSON.stringify({ x: 'x'.repeat(65_536) }), mine), 'body_too_large');
    expectProblem(await send('x=1', mine, 'text/plain'), 'media_type_unsupported');
    expect(await alive(mine)).toEqual([true]);
  });
});

describe('a preflight', () => {
  it('is told that a browser application may DELETE', async () => {
    const { statusCode, headers } = await service().send({
      method: 'OPTIONS',
      url: `/auth/sessions/${NEVER_WAS}`,
      headers: { origin: 'http://localhost:8080', 'access-control-request-method': 'DELETE' },
    });
    expect([statusCode, headers['access-control-allow-methods']]).toEqual([204, 'DELETE']);
  });
});

describe('a path beside it', () => {
  it('is told as such: another method, none of one session, and one beneath', async () => {
    const mine = await newSession(service());
    const response = await service().get(`/auth/sessions/${mine.sessionId}`, bearer(mine));
    expectProblem(response, 'method_not_allowed');
    expect(response.headers['allow']).toBe('DELETE');
    const list = await service().send({ method: 'DELETE', url: '/auth/sessions', headers: bearer(mine) });
    expectProblem(list, 'method_not_allowed');
    expect(list.headers['allow']).toBe('GET, HEAD');
    const url = `/auth/sessions/${mine.sessionId}/x`;
    expectProblem(await service().send({ method: 'DELETE', url, headers: bearer(mine) }), 'route_not_found');
    expect(await alive(mine)).toEqual([true]);
  });
});

describeBearerRefusals({
  service,
  method: 'DELETE',
  url: '/auth/sessions/:id',
  urlFor: (headers) => `/auth/sessions/${sessionNamedBy(headers) ?? NEVER_WAS}`,
  wantsLiveSession: true,
});

itSawEveryAnswerOf(service, 'DELETE', '/auth/sessions/{id}');
