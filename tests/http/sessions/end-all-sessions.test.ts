import { describe, expect, it } from 'vitest';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { describeBearerRefusals } from '../support/bearer-refusals.ts';
import { expectClearedCookie, expectNoCookie } from '../support/cookies.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, newSession, register, type SignedIn, signIn } from '../support/people.ts';
import { expectFields, expectProblem } from '../support/problems.ts';
import { isAlive, sessionAudit } from '../support/sessions.ts';

const service = sharedService();
const url = '/auth/sessions/all';

const endAll = (asking: SignedIn, payload = '', type = 'application/json') =>
  service().send({
    method: 'DELETE',
    url,
    headers: { ...bearer(asking), ...(payload && { 'content-type': type }) },
    payload,
  });

async function twoSessions(): Promise<[SignedIn, SignedIn]> {
  const person = await register(service());
  return [await signIn(service(), person), await signIn(service(), person)];
}

const alive = (...sessions: SignedIn[]) =>
  Promise.all(sessions.map((session) => isAlive(service(), session)));

describe('204', () => {
  it.each([
    '',
    '{}',
    '{"except_current":false}',
  ])('ends every session of the person, this one too, and clears the cookie (%j)', async (payload) => {
    const [mine, other] = await twoSessions();

    const response = await endAll(mine, payload);

    expect([response.statusCode, response.body]).toEqual([204, '']);
    expectClearedCookie(response);
    expect(await alive(mine, other)).toEqual([false, false]);
  });

  it('keeps this session and its cookie with "except_current":true', async () => {
    const [mine, other] = await twoSessions();

    const response = await endAll(mine, '{"except_current":true}');

    expect(response.statusCode).toBe(204);
    expectNoCookie(response);
    expect(await alive(mine, other)).toEqual([true, false]);
  });

  it('is told in the audit as logout-all is', async () => {
    const [mine, other] = await twoSessions();
    await endAll(mine);
    expect(await sessionAudit(service(), other)).toEqual([
      expect.objectContaining({
        type: 'session.ended',
        actor_id: mine.userId,
        data: { reason: 'logout_all' },
      }),
    ]);
  });

  it('ends nobody else’s sessions, those of the same address in another tenant neither', async () => {
    await service().app.services.createTenant('acme', 'Acme');
    const [mine] = await twoSessions();
    const there = await register(service(), { email: mine.email }, { 'x-tenant': 'acme' });
    const namesake = await signIn(service(), there, {}, { 'x-tenant': 'acme' });
    const stranger = await newSession(service());

    await endAll(mine);

    expect(await alive(namesake, stranger)).toEqual([true, true]);
  });
});

describe('400, 413 and 415', () => {
  it('refuses unknown fields and wrong types, and ends nothing', async () => {
    const [mine, other] = await twoSessions();
    expectFields(await endAll(mine, '{"exceptCurrent":true}'), '/exceptCurrent');
    expectFields(await endAll(mine, '{"except_current":"true"}'), '/except_current');
    expectFields(await endAll(mine, '[]'), '');
    expect(await alive(mine, other)).toEqual([true, true]);
  });

  it('refuses broken JSON, a body over 64 KiB and what is not JSON, and ends nothing', async () => {
    const [mine] = await twoSessions();
    expectProblem(await endAll(mine, '{'), 'json_invalid');
    expectProblem(await endAll(mine, JSON.stringify({ x: 'x'.repeat(65_536) })), 'body_too_large');
    expectProblem(await endAll(mine, 'except_current=true', 'text/plain'), 'media_type_unsupported');
    expect(await alive(mine)).toEqual([true]);
  });
});

describe('a path beside it', () => {
  it('is told as such', async () => {
    const mine = await newSession(service());
    const response = await service().get(url, bearer(mine));
    expectProblem(response, 'method_not_allowed');
    expect(response.headers['allow']).toBe('DELETE');
  });
});

describeBearerRefusals({ service, method: 'DELETE', url, wantsLiveSession: true });

itSawEveryAnswerOf(service, 'DELETE', url);
