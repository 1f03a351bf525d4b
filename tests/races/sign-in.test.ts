import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, it } from 'vitest';
import { race } from '../contracts/samples.ts';
import { PASSWORD, startService, type TestService } from '../support/service.ts';
import { claimsOf } from '../support/wrong-tokens.ts';
import { type Backstage, backstage, tally, untilBlocked } from './outcomes.ts';

const EMAIL = 'ada@example.test';
const LIVE = 'ended_at IS NULL';

describe('a sign-in whose password was compared already', () => {
  const CHANGES = {
    'the user is suspended': `status = 'suspended', credential_version = credential_version + 1`,
    'the user is suspended without a word of it in the version': `status = 'suspended'`,
    'the password is changed': `password_hash = 'another', credential_version = credential_version + 1`,
  };

  it.each(Object.entries(CHANGES))('begins no session when meanwhile %s', async (_change, change) => {
    const service = await register();
    const behind = await backstage(service);

    const answer = await loginDuring(service, behind, change);

    expect([answer.statusCode, answer.json().code]).toEqual([401, 'invalid_credentials']);
    expect(await behind.countRows('sessions')).toBe(0);
    expect(await behind.countEvents('login.succeeded', 'login.failed')).toEqual([0, 1]);
  });

  it('begins its session when meanwhile the same password was hashed anew', async () => {
    const service = await register();
    const behind = await backstage(service);

    const answer = await loginDuring(service, behind, `password_hash = 'the same under other parameters'`);

    expect(answer.statusCode).toBe(200);
    expect(await behind.countRows('sessions', LIVE)).toBe(1);
  });
});

describe('signing out everywhere', () => {
  // Its session is not committed yet, so nobody else sees it: only the lock on the user tells that it comes.
  it('ends the session of a sign-in that is just completing', async () => {
    const service = await register();
    const { admin, countRows } = await backstage(service);
    const { access_token: asking } = (await login(service)).json();
    const open = await holdEvents(admin, 'login.succeeded');
    const completing = login(service);
    await untilBlocked(admin);

    const leaving = logoutAll(service, asking);
    await Promise.race([leaving, untilBlocked(admin, 2)]);
    await open();
    const [signedIn, left] = await Promise.all([completing, leaving]);

    expect([signedIn.statusCode, left.statusCode]).toEqual([200, 204]);
    expect(await countRows('sessions', LIVE)).toBe(0);
    const { access_token: accessToken } = signedIn.json();
    const me = await service.get('/auth/me', { authorization: `Bearer ${accessToken}` });
    expect(me.json().code).toBe('session_revoked');
  });

  it('comes wholly before or wholly after each of many sign-ins', async () => {
    const service = await register({ SESSION_MAX_DEVICES: '100' });
    const { admin } = await backstage(service);
    const { access_token: asking } = (await login(service)).json();

    const answers = await race((index) =>
      index === 8 ? untilServed(() => logoutAll(service, asking)) : login(service),
    );

    expect(answers[8]?.statusCode).toBe(204);
    const served = expectServedOrTurnedAway(answers.filter((_, index) => index !== 8));
    await expectSessionsOf(served, { service, admin });
    const { rows } = await admin.query(
      `SELECT count(*) FROM gatehouse.sessions alive WHERE ${LIVE} AND alive.created_at < (
         SELECT max(ended_at) FROM gatehouse.sessions WHERE end_reason = 'logout_all')`,
    );
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('is told once for each session, however many ask for it at once', async () => {
    const service = await register();
    const { countRows, countEvents } = await backstage(service);
    const logins = [await login(service), await login(service), await login(service)];
    const tokens = logins.map((answer) => answer.json().access_token);

    const answers = await race((index) => logoutAll(service, tokens[index % tokens.length]));

    const { '204': left = 0, ...others } = tally(answers);
    expect(left).toBeGreaterThanOrEqual(1);
    const allowed = ['401 session_revoked', TURNED_AWAY];
    expect(Object.keys(others).filter((kind) => !allowed.includes(kind))).toEqual([]);
    expect(await countRows('sessions', LIVE)).toBe(0);
    expect(await countEvents('session.ended')).toEqual([3]);
  });
});

describe('the number of devices', () => {
  it('is never exceeded, however many sign in at once', async () => {
    const service = await register({ SESSION_MAX_DEVICES: '3' });
    const { admin, countRows, countEvents } = await backstage(service);

    const answers = await race(() => login(service));

    const served = expectServedOrTurnedAway(answers);
    await expectSessionsOf(served, { service, admin });
    const begun = await countRows('sessions');
    const live = Math.min(3, begun);
    expect(await countRows('sessions', LIVE)).toBe(live);
    expect(await countRows('sessions', `end_reason = 'device_limit'`)).toBe(begun - live);
    expect(await countEvents('login.succeeded', 'session.ended')).toEqual([begun, begun - live]);
  });
});

/** What a busy service says. A sign-in may be told it, but never that its right password was wrong. */
const TURNED_AWAY = '503 unavailable';

/** Each was let in or turned away, and somebody was let in. Answers with those who were. */
function expectServedOrTurnedAway(answers: readonly LightMyRequestResponse[]) {
  const { '200': served = 0, [TURNED_AWAY]: turnedAway = 0, ...others } = tally(answers);
  expect(others).toEqual({});
  expect(served).toBeGreaterThanOrEqual(1);
  expect(served + turnedAway).toBe(answers.length);
  return answers.filter(({ statusCode }) => statusCode === 200);
}

type Where = Readonly<{ service: TestService; admin: Backstage['admin'] }>;

/** What was answered holds: each has a session of its own, whose access token is good for as long as it lives. */
async function expectSessionsOf(served: readonly LightMyRequestResponse[], { service, admin }: Where) {
  const tokens = served.map((answer): string => answer.json().access_token);
  const ids = tokens.map((token) => claimsOf(token)['sid']);
  expect(new Set(ids).size).toBe(served.length);
  const { rows } = await admin.query(
    `SELECT ${LIVE} AS "isLive" FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (id, place)
     JOIN gatehouse.sessions USING (id) ORDER BY place`,
    [ids],
  );
  const answers = await Promise.all(
    tokens.map((token) => untilServed(() => service.get('/auth/me', { authorization: `Bearer ${token}` }))),
  );
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(rows.map(({ isLive }) => (isLive ? 200 : 401)));
}

/** Comes again as long as it is turned away. */
async function untilServed(ask: () => Promise<LightMyRequestResponse>): Promise<LightMyRequestResponse> {
  for (;;) {
    const answer = await ask();
    if (answer.statusCode !== 503) return answer;
  }
}

async function register(env: Record<string, string> = {}): Promise<TestService> {
  const service = await startService(env);
  await service.post('/auth/register', { email: EMAIL, password: PASSWORD });
  return service;
}

function login({ post }: TestService) {
  return post('/auth/login', { email: EMAIL, password: PASSWORD, transport: 'token' });
}

function logoutAll({ post }: TestService, accessToken: string) {
  return post('/auth/logout-all', {}, { authorization: `Bearer ${accessToken}` });
}

/** Signs in while the user's row is being changed: the change is committed when the sign-in waits for it. */
async function loginDuring(service: TestService, { admin }: Backstage, change: string) {
  const changing = await admin.connect();
  try {
    await changing.query('BEGIN');
    await changing.query('SELECT FROM gatehouse.users FOR UPDATE');
    const signingIn = login(service);
    await untilBlocked(admin);
    await changing.query(`UPDATE gatehouse.users SET ${change}`);
    await changing.query('COMMIT');
    return await signingIn;
  } finally {
    changing.release(true);
  }
}

const GATE = 42;

/** Lets whoever records such an event wait, its transaction all but done. Answers what lets them go on. */
async function holdEvents(admin: Backstage['admin'], type: string): Promise<() => Promise<void>> {
  await admin.query(`
    CREATE FUNCTION public.wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock(${GATE}); RETURN NEW; END';
    CREATE TRIGGER gate BEFORE INSERT ON gatehouse.audit_events FOR EACH ROW
      WHEN (NEW.type = '${type}') EXECUTE FUNCTION public.wait_at_gate()`);
  const holder = await admin.connect();
  await holder.query('SELECT pg_advisory_lock($1)', [GATE]);
  return async () => holder.release(true);
}
