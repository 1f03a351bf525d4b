import { expect, it } from 'vitest';
import { CALLERS, race } from '../contracts/samples.ts';
import { PASSWORD, startService, type TestService } from '../support/service.ts';
import { backstage, tally, untilBlocked } from './outcomes.ts';

const EMAIL = 'ada@example.test';
const ENDED = `end_reason = 'revoked'`;

it('lets one of many who end a session at once do it, and tells of it once', async () => {
  const service = await register();
  const { countRows, countEvents } = await backstage(service);
  const [asking, ending] = [await signIn(service), await signIn(service)];

  const answers = await race(() => end(service, asking, ending));

  expect(tally(answers)).toEqual({ '204': 1, '404 not_found': CALLERS - 1 });
  expect(await countRows('sessions', ENDED)).toBe(1);
  expect(await countEvents('session.ended')).toEqual([1]);
  expect(await statusOf(service, asking)).toBe(200);
});

// Whoever comes when it is over is refused at the door.
it('lets one of many end the session that they all ask with', async () => {
  const service = await register();
  const { countEvents } = await backstage(service);
  const asking = await signIn(service);

  const answers = await race(() => end(service, asking, asking));

  const { '204': done, ...refused } = tally(answers);
  expect(done).toBe(1);
  for (const kind of Object.keys(refused)) expect(['404 not_found', '401 session_revoked']).toContain(kind);
  expect(await countEvents('session.ended')).toEqual([1]);
});

it('lets no refresh outlive the end that came at the same time', async () => {
  const service = await register();
  const { countEvents } = await backstage(service);
  const [asking, ending] = [await signIn(service), await signIn(service)];
  const refresh = () => service.post('/auth/refresh', { refresh_token: ending.refreshToken });

  const answers = await race((index) => (index % 2 === 0 ? refresh() : end(service, asking, ending)));

  const { '200': refreshed = 0, '204': done, ...refused } = tally(answers);
  expect([done, refused['404 not_found']]).toEqual([1, CALLERS / 2 - 1]);
  expect(refused['401 refresh_token_invalid'] ?? 0).toBe(CALLERS / 2 - refreshed);
  expect(await countEvents('session.ended')).toEqual([1]);
  expect(await statusOf(service, ending)).toBe(401);
  expect((await refresh()).statusCode).toBe(401);
});

// design.md: a sign-in and whatever ends sessions of its user come one after the other.
it('waits for whatever holds the user, and is done when that is', async () => {
  const service = await register();
  const { admin, countRows } = await backstage(service);
  const [asking, ending] = [await signIn(service), await signIn(service)];
  const holder = await admin.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM gatehouse.users FOR UPDATE');

  const leaving = end(service, asking, ending);
  try {
    await untilBlocked(admin);
    expect(await countRows('sessions', ENDED)).toBe(0);
  } finally {
    holder.release(true);
  }

  expect((await leaving).statusCode).toBe(204);
  expect(await countRows('sessions', ENDED)).toBe(1);
});

type SignedIn = Readonly<{ sessionId: string; accessToken: string; refreshToken: string }>;

async function register(): Promise<TestService> {
  const service = await startService();
  await service.post('/auth/register', { email: EMAIL, password: PASSWORD });
  return service;
}

async function signIn({ post }: TestService): Promise<SignedIn> {
  const login = await post('/auth/login', { email: EMAIL, password: PASSWORD, transport: 'token' });
  const { session, access_token: accessToken, refresh_token: refreshToken } = login.json();
  return { sessionId: session.id, accessToken, refreshToken };
}

function end({ http }: TestService, { accessToken }: SignedIn, { sessionId }: SignedIn) {
  const headers = { authorization: `Bearer ${accessToken}` };
  return http.inject({ method: 'DELETE', url: `/auth/sessions/${sessionId}`, headers });
}

async function statusOf({ get }: TestService, { accessToken }: SignedIn): Promise<number> {
  return (await get('/auth/me', { authorization: `Bearer ${accessToken}` })).statusCode;
}
