import { expect, it } from 'vitest';
import { CALLERS, race } from '../contracts/samples.ts';
import { PASSWORD, startService, type TestService } from '../support/service.ts';
import { backstage, tally } from './outcomes.ts';

const EMAIL = 'ada@example.test';

// A lost answer, a second tab: each of them gets the same successor, and one rotation was made.
it('gives everybody who spends a refresh token at once the same successor', async () => {
  const service = await startService();
  const { admin, countEvents } = await backstage(service);
  const { refreshToken } = await signIn(service);

  const answers = await race(() => refresh(service, refreshToken));

  expect(tally(answers)).toEqual({ '200': CALLERS });
  const [child, ...more] = new Set(answers.map((answer) => answer.json().refresh_token));
  expect(more).toEqual([]);
  const { rows } = await admin.query('SELECT number, ended_at FROM gatehouse.sessions');
  expect(rows).toEqual([{ number: 1, ended_at: null }]);
  expect(await countEvents('session.refresh_token_reused', 'session.refresh_token_rejected')).toEqual([0, 0]);
  const accessTokens = answers.map((answer) => answer.json().access_token);
  const statuses = await Promise.all(accessTokens.map((token) => statusOf(service, token)));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect((await refresh(service, child)).statusCode).toBe(200);
});

// Rule 15 at its strictest: whoever is not first holds a copy.
it('ends the session when a refresh token is spent twice and there is no grace', async () => {
  const service = await startService({ REFRESH_REUSE_GRACE_SECONDS: '0' });
  const { admin, countEvents } = await backstage(service);
  const { refreshToken, accessToken } = await signIn(service);

  const answers = await race(() => refresh(service, refreshToken));

  expect(tally(answers)).toEqual({ '200': 1, '401 refresh_token_invalid': CALLERS - 1 });
  const { rows } = await admin.query('SELECT number, end_reason FROM gatehouse.sessions');
  expect(rows).toEqual([{ number: 1, end_reason: 'refresh_token_reused' }]);
  expect(await countEvents('session.refresh_token_reused')).toEqual([1]);
  const child = answers.find(({ statusCode }) => statusCode === 200)?.json();
  expect((await refresh(service, child.refresh_token)).json().code).toBe('refresh_token_invalid');
  for (const token of [accessToken, child.access_token]) expect(await statusOf(service, token)).toBe(401);
});

it('ends the session once when a thief and its owner come at the same time', async () => {
  const service = await startService();
  const { admin, countEvents } = await backstage(service);
  const { refreshToken: stolen } = await signIn(service);
  const { refresh_token: second } = (await refresh(service, stolen)).json();
  const { refresh_token: current } = (await refresh(service, second)).json();

  const answers = await race((index) => refresh(service, index % 2 === 0 ? stolen : current));

  const { '200': rotated = 0, ...refused } = tally(answers);
  expect(refused).toEqual({ '401 refresh_token_invalid': CALLERS - rotated });
  expect(rotated).toBeLessThanOrEqual(CALLERS / 2);
  const { rows } = await admin.query('SELECT end_reason FROM gatehouse.sessions');
  expect(rows).toEqual([{ end_reason: 'refresh_token_reused' }]);
  expect(await countEvents('session.refresh_token_reused')).toEqual([1]);
});

it('lets no refresh outlive a logout that came at the same time', async () => {
  const service = await startService();
  const { countEvents } = await backstage(service);
  const { refreshToken, accessToken } = await signIn(service);
  const logout = () => service.post('/auth/logout', {}, { authorization: `Bearer ${accessToken}` });

  const answers = await race((index) => (index % 2 === 0 ? refresh(service, refreshToken) : logout()));

  const { '200': refreshed = 0, '204': left, ...refused } = tally(answers);
  expect([left, Object.keys(refused).filter((kind) => kind !== '401 refresh_token_invalid')]).toEqual([
    CALLERS / 2,
    [],
  ]);
  expect(refreshed).toBeLessThanOrEqual(CALLERS / 2);
  expect(await countEvents('session.ended')).toEqual([1]);
  expect(await statusOf(service, accessToken)).toBe(401);
  expect((await refresh(service, refreshToken)).statusCode).toBe(401);
});

function refresh({ post }: TestService, refreshToken: string) {
  return post('/auth/refresh', { refresh_token: refreshToken });
}

async function statusOf({ get }: TestService, accessToken: string): Promise<number> {
  return (await get('/auth/me', { authorization: `Bearer ${accessToken}` })).statusCode;
}

async function signIn({
  post,
}: TestService): Promise<Readonly<{ refreshToken: string; accessToken: string }>> {
  await post('/auth/register', { email: EMAIL, password: PASSWORD });
  const login = await post('/auth/login', { email: EMAIL, password: PASSWORD, transport: 'token' });
  const { refresh_token: refreshToken, access_token: accessToken } = login.json();
  return { refreshToken, accessToken };
}
