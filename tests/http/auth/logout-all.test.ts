import { describe, expect, it } from 'vitest';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { describeBearerRefusals } from '../support/bearer-refusals.ts';
import { expectClearedCookie, expectNoCookie } from '../support/cookies.ts';
import { sharedService } from '../support/http-service.ts';
import {
  bearer,
  cookie,
  newSession,
  type Person,
  register,
  type SignedIn,
  signIn,
} from '../support/people.ts';
import { expectFields, expectProblem } from '../support/problems.ts';
import { isAlive, sessionAudit } from '../support/sessions.ts';

const service = sharedService();
const url = '/auth/logout-all';

async function threeSessions(person?: Person): Promise<[SignedIn, SignedIn, SignedIn]> {
  const who = person ?? (await register(service()));
  return [await signIn(service(), who), await signIn(service(), who), await signIn(service(), who)];
}

const alive = (...sessions: SignedIn[]) =>
  Promise.all(sessions.map((session) => isAlive(service(), session)));

describe('204', () => {
  it('ends every session of the person, this one too, and clears the cookie', async () => {
    const [mine, ...others] = await threeSessions();

    const response = await service().post(url, {}, bearer(mine));

    expect([response.statusCode, response.body]).toEqual([204, '']);
    expectClearedCookie(response);
    expect(await alive(mine, ...others)).toEqual([false, false, false]);
    for (const other of others) {
      expectProblem(await service().post('/auth/refresh', {}, cookie(other)), 'refresh_token_invalid');
      expect(await sessionAudit(service(), other)).toContainEqual(
        expect.objectContaining({ type: 'session.ended', data: { reason: 'logout_all' } }),
      );
    }
  });

  it('needs no body and no content type', async () => {
    const [mine, other] = await threeSessions();
    const response = await service().send({ method: 'POST', url, headers: bearer(mine) });
    expect(response.statusCode).toBe(204);
    expect(await alive(mine, other)).toEqual([false, false]);
  });

  it('takes "except_current":false for what it does anyway', async () => {
    const [mine, other] = await threeSessions();
    const response = await service().post(url, { except_current: false }, bearer(mine));
    expectClearedCookie(response);
    expect(await alive(mine, other)).toEqual([false, false]);
  });

  it('keeps this session and its cookie with "except_current":true', async () => {
    const [mine, ...others] = await threeSessions();

    const response = await service().post(url, { except_current: true }, bearer(mine));

    expect(response.statusCode).toBe(204);
    expectNoCookie(response);
    expect(await alive(mine, ...others)).toEqual([true, false, false]);
    expect((await service().post('/auth/refresh', {}, cookie(mine))).statusCode).toBe(200);
  });

  it('keeps the session of the token, whichever cookie comes', async () => {
    const [mine, other] = await threeSessions();
    await service().post(url, { except_current: true }, { ...bearer(mine), ...cookie(other) });
    expect(await alive(mine, other)).toEqual([true, false]);
  });

  it('ends nobody else’s sessions, those of the same address in another tenant neither', async () => {
    const { app } = service();
    await app.services.createTenant('acme', 'Acme');
    const [mine] = await threeSessions();
    const there = await register(service(), { email: mine.email }, { 'x-tenant': 'acme' });
    const namesake = await signIn(service(), there, {}, { 'x-tenant': 'acme' });
    const stranger = await newSession(service());

    await service().post(url, {}, bearer(mine));

    expect(await alive(namesake, stranger)).toEqual([true, true]);
  });
});

describe('400, 413 and 415', () => {
  it('refuses unknown fields and wrong types, and ends nothing', async () => {
    const [mine, other] = await threeSessions();
    expectFields(await service().post(url, { exceptCurrent: true }, bearer(mine)), '/exceptCurrent');
    expectFields(await service().post(url, { except_current: 'true' }, bearer(mine)), '/except_current');
    expectFields(await service().post(url, { except_current: null }, bearer(mine)), '/except_current');
    expect(await alive(mine, other)).toEqual([true, true]);
  });

  it('refuses broken JSON, a body over 64 KiB and what is not JSON, and ends nothing', async () => {
    const [mine] = await threeSessions();
    const raw = (payload: string, type = 'application/json') =>
      service().send({ method: 'POST', url, headers: { 'content-type': type, ...bearer(mine) }, payload });
    expectProblem(await raw('{"except_current":tru}'), 'json_invalid');
    expectProblem(await raw(JSON.stringify({ x: 'x'.repeat(65_536) })), 'body_too_large');
    expectProblem(await raw('except_current=true', 'text/plain'), 'media_type_unsupported');
    expect(await alive(mine)).toEqual([true]);
  });
});

describeBearerRefusals({ service, method: 'POST', url, wantsLiveSession: true });

itSawEveryAnswerOf(service, 'POST', url);
