import { describe, expect, it } from 'vitest';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { describeBearerRefusals } from '../support/bearer-refusals.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, newSession, register, signIn } from '../support/people.ts';

const service = sharedService();
const statusOf = async (signedIn: { accessToken: string }) =>
  (await service().get('/auth/email/status', bearer(signedIn))).json();

describe('200', () => {
  it('tells the address and that it is not verified yet', async () => {
    const signedIn = await newSession(service());
    expect(await statusOf(signedIn)).toEqual({ email: signedIn.email, verified: false, pending_email: null });
  });

  it('tells at once that it is, although the token is older', async () => {
    const signedIn = await newSession(service());
    await service().post('/auth/email/verify', { token: await service().mailedToken(signedIn.email) });
    expect(await statusOf(signedIn)).toEqual({ email: signedIn.email, verified: true, pending_email: null });
  });

  it('tells of two people of one address apart', async () => {
    await service().app.services.createTenant('acme', 'Acme');
    const atAcme = { 'x-tenant': 'acme' };
    const here = await newSession(service());
    const there = await signIn(
      service(),
      await register(service(), { email: here.email }, atAcme),
      {},
      atAcme,
    );
    const token = await service().mailedToken(here.email);

    await service().post('/auth/email/verify', { token });

    expect([(await statusOf(here)).verified, (await statusOf(there)).verified]).toEqual([false, true]);
  });
});

describeBearerRefusals({ service, method: 'GET', url: '/auth/email/status', wantsLiveSession: true });

itSawEveryAnswerOf(service, 'GET', '/auth/email/status');
