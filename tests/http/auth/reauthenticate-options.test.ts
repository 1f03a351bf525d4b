import { describe, expect, it } from 'vitest';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { describeBearerRefusals } from '../support/bearer-refusals.ts';
import { expectNoCookie } from '../support/cookies.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, newSession, register, type SignedIn, signIn } from '../support/people.ts';
import { expectFields, expectProblem } from '../support/problems.ts';

const service = sharedService();
const url = '/auth/reauthenticate/options';

const ask = (asking: SignedIn, body: unknown = {}) => service().post(url, body, bearer(asking));

describe('200', () => {
  it('names the password of an account that has one', async () => {
    const signedIn = await newSession(service());
    const response = await ask(signedIn);
    expect([response.statusCode, response.json()]).toEqual([200, { methods: ['password'] }]);
    expectNoCookie(response);
  });

  it('names nothing of an account without a password', async () => {
    const signedIn = await newSession(service());
    await service().sql('UPDATE gatehouse.users SET password_hash = NULL WHERE id = $1', [signedIn.userId]);
    expect((await ask(signedIn)).json()).toEqual({ methods: [] });
  });

  it.each(['webauthn', 'email'])('begins nothing by %s, which no account has yet', async (method) => {
    const signedIn = await newSession(service());
    const response = await ask(signedIn, { method });
    expect([response.statusCode, response.json()]).toEqual([200, { methods: ['password'] }]);
  });

  it('tells of the account of the token, not of a namesake in another tenant', async () => {
    await service().app.services.createTenant('acme', 'Acme');
    const signedIn = await newSession(service());
    const there = await register(service(), { email: signedIn.email }, { 'x-tenant': 'acme' });
    const namesake = await signIn(service(), there, {}, { 'x-tenant': 'acme' });
    await service().sql('UPDATE gatehouse.users SET password_hash = NULL WHERE id = $1', [namesake.userId]);

    expect((await ask(signedIn)).json()).toEqual({ methods: ['password'] });
    expect((await ask(namesake)).json()).toEqual({ methods: [] });
  });

  it('needs no body', async () => {
    const signedIn = await newSession(service());
    const response = await service().send({ method: 'POST', url, headers: bearer(signedIn) });
    expect(response.statusCode).toBe(200);
  });
});

describe('400, 413 and 415', () => {
  it('refuses unknown fields, wrong types and methods that are none', async () => {
    const signedIn = await newSession(service());
    expectFields(await ask(signedIn, { methods: [] }), '/methods');
    for (const method of ['password', 'totp', '', null, 1])
      expectFields(await ask(signedIn, { method }), '/method');
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
    expectProblem(await raw(JSON.stringify({ x: 'x'.repeat(65_536) })), 'body_too_large');
    expectProblem(await raw('method=email', 'text/plain'), 'media_type_unsupported');
  });
});

describeBearerRefusals({ service, method: 'POST', url, wantsLiveSession: true });

itSawEveryAnswerOf(service, 'POST', url);
