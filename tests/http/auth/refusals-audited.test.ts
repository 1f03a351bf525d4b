import { expect, it } from 'vitest';
import { mintOneTimeText } from '../../../core/kernel/one-time-text.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, newSession } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';

const service = sharedService();

it('tells of a genuine access token at logout that came with the name of another tenant', async () => {
  const signedIn = await newSession(service());
  const before = await service().audit('access.denied');

  const refused = await service().post('/auth/logout', {}, { ...bearer(signedIn), 'x-tenant': 'nowhere' });

  expectProblem(refused, 'tenant_mismatch');
  const [event, ...others] = (await service().audit('access.denied')).slice(before.length);
  expect([event?.data, others]).toEqual([{ route: 'POST /auth/logout', reason: 'tenant_mismatch' }, []]);
});

it('tells of a genuine refresh token that came with the name of another tenant, and spends nothing', async () => {
  const { refresh_token: token } = await newSessionByToken();
  const before = await service().audit('session.refresh_token_rejected');

  const refused = await service().post('/auth/refresh', { refresh_token: token }, { 'x-tenant': 'nowhere' });

  expectProblem(refused, 'tenant_mismatch');
  const [event] = (await service().audit('session.refresh_token_rejected')).slice(before.length);
  expect(event?.data).toEqual({ reason: 'tenant_mismatch', at: 'refresh' });
  expect((await service().post('/auth/refresh', { refresh_token: token })).statusCode).toBe(200);
});

it('has the refusal of a forged link for a forged link, whatever tenant is named beside it', async () => {
  const { crypto, resolveTenant } = service().app.services;
  const { id } = await resolveTenant.byName('default');
  const { text: token } = mintOneTimeText(crypto, 'verify_account', id);

  expectProblem(
    await service().post('/auth/email/verify', { token }, { 'x-tenant': 'nowhere' }),
    'link_invalid',
  );
});

async function newSessionByToken(): Promise<{ refresh_token: string }> {
  const credentials = { email: 'grace@example.test', password: 'Correct-Horse-9-Battery' };
  await service().post('/auth/register', credentials);
  return (await service().post('/auth/login', { ...credentials, transport: 'token' })).json();
}
