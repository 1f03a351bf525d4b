import { expect, it } from 'vitest';
import { CALLERS, race } from '../contracts/samples.ts';
import { PASSWORD, startService, type TestService } from '../support/service.ts';
import { backstage, tally, untilBlocked } from './outcomes.ts';

const EMAIL = 'ada@example.test';
/** Only the last places are ever taken: the proofs themselves are not what is limited here. */
const PLACES = { MAX_LOGIN_ATTEMPTS: '1000' };
const REFUSED = ['401 session_revoked', '503 unavailable'];

it('makes the session fresh for each of many who prove it at once, and counts none of them as wrong', async () => {
  const service = await register();
  const { countEvents, countRows } = await backstage(service);
  const session = await signIn(service);

  const answers = await race(() => prove(service, session));

  const { '200': done = 0, '503 unavailable': busy = 0, ...others } = tally(answers);
  expect([done + busy, others]).toEqual([CALLERS, {}]);
  expect(await countEvents('session.reauthenticated', 'session.reauthentication_failed')).toEqual([done, 0]);
  expect(await countRows('attempt_counts', `places <> '{}' OR failed_at <> '{}'`)).toBe(0);
});

it('makes no session fresh that ends at the same moment: whoever comes later is refused', async () => {
  const service = await register();
  const { countEvents, countRows } = await backstage(service);
  const [proving, ending] = [await signIn(service), await signIn(service)];

  const answers = await race((index) =>
    index === CALLERS / 2 ? endAll(service, ending) : prove(service, proving),
  );

  const { '200': done = 0, '204': ended, ...refused } = tally(answers);
  expect([ended, refused]).toEqual([1, expect.anything()]);
  for (const kind of Object.keys(refused)) expect(REFUSED).toContain(kind);
  expect(await countRows('sessions', 'ended_at IS NULL')).toBe(0);
  expect(await countRows('sessions', 'auth_time > ended_at')).toBe(0);
  expect(await countEvents('session.reauthenticated')).toEqual([done]);
  for (const session of [proving, ending]) expect(await statusOf(service, session)).toBe(401);
});

it('makes no session fresh by a credential that changes at the same moment', async () => {
  const service = await register();
  const { admin, countRows } = await backstage(service);
  const session = await signIn(service);
  await admin.query(`UPDATE gatehouse.sessions SET auth_time = clock_timestamp() - interval '1 hour'`);
  const change = async () => {
    const client = await admin.connect();
    await client.query('BEGIN');
    await client.query('SELECT FROM gatehouse.users FOR UPDATE');
    await client.query(
      `UPDATE gatehouse.users SET credential_version = credential_version + 1, updated_at = clock_timestamp()`,
    );
    await client.query('COMMIT');
    client.release();
    return null;
  };

  const answers = await race((index) => (index === 2 ? change() : prove(service, session)));

  const { '200': done = 0, ...refused } = tally(answers.filter((answer) => answer !== null));
  for (const kind of Object.keys(refused))
    expect(['401 invalid_credentials', '503 unavailable']).toContain(kind);
  const isAfter = 'auth_time > (SELECT updated_at FROM gatehouse.users u WHERE u.id = user_id)';
  // Whoever looked the credential up after the change has proved the new one.
  const proofsAfter = await countRows('sessions', isAfter);
  expect(done > 0 || proofsAfter === 0).toBe(true);
  expect((await prove(service, session)).statusCode).toBe(200);
});

// The comparison is over, and the credential changes before its effect: the lock on the user decides.
it('waits for a change of the credential that holds the user, and is refused by it', async () => {
  const service = await register();
  const { admin, countRows } = await backstage(service);
  const session = await signIn(service);
  await admin.query(`UPDATE gatehouse.sessions SET auth_time = clock_timestamp() - interval '1 hour'`);
  const holder = await admin.connect();
  await holder.query('BEGIN');
  await holder.query('UPDATE gatehouse.users SET credential_version = credential_version + 1');

  const proving = prove(service, session);
  try {
    await untilBlocked(admin);
    await holder.query('COMMIT');
  } finally {
    holder.release(true);
  }

  const answer = await proving;
  expect([answer.statusCode, answer.json().code]).toEqual([401, 'invalid_credentials']);
  expect(await countRows('sessions', `auth_time > clock_timestamp() - interval '30 minutes'`)).toBe(0);
});

it('waits for an end of all sessions that holds the user, and brings none back', async () => {
  const service = await register();
  const { admin, countRows } = await backstage(service);
  const session = await signIn(service);
  const holder = await admin.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM gatehouse.users FOR UPDATE');
  await holder.query(`UPDATE gatehouse.sessions SET ended_at = clock_timestamp(), end_reason = 'logout_all'`);

  const proving = prove(service, session);
  try {
    await untilBlocked(admin);
    await holder.query('COMMIT');
  } finally {
    holder.release(true);
  }

  const answer = await proving;
  expect([answer.statusCode, answer.json().code]).toEqual([401, 'session_revoked']);
  expect(await countRows('sessions', 'ended_at IS NULL OR auth_time > ended_at')).toBe(0);
  expect(await countRows('attempt_counts', `failed_at <> '{}'`)).toBe(0);
});

// A guess takes its place before it is compared, here as at sign-in, and from the same few.
it('lets sixteen wrong guesses at once have no more than the places that there are', async () => {
  const service = await register({ MAX_LOGIN_ATTEMPTS: '5' });
  const { countEvents } = await backstage(service);
  const session = await signIn(service);

  const answers = await race((index) =>
    index % 2 === 0
      ? prove(service, session, `Wrong-${index}`)
      : service.post('/auth/login', { email: EMAIL, password: `Wrong-${index}` }),
  );

  const { '401 invalid_credentials': compared = 0 } = tally(answers);
  expect(compared).toBeLessThanOrEqual(5);
  const [failed = 0, failedHere = 0] = await countEvents('login.failed', 'session.reauthentication_failed');
  expect(failed + failedHere).toBe(compared);
});

type SignedIn = Readonly<{ accessToken: string }>;

async function register(env: Record<string, string> = PLACES): Promise<TestService> {
  const service = await startService(env);
  await service.post('/auth/register', { email: EMAIL, password: PASSWORD });
  return service;
}

/** Without cookies, so that no device is known: every guess counts against the account. */
async function signIn({ post }: TestService): Promise<SignedIn> {
  const login = await post('/auth/login', { email: EMAIL, password: PASSWORD, transport: 'token' });
  return { accessToken: login.json().access_token };
}

const bearer = ({ accessToken }: SignedIn) => ({ authorization: `Bearer ${accessToken}` });

function prove({ post }: TestService, session: SignedIn, password = PASSWORD) {
  return post('/auth/reauthenticate', { password }, bearer(session));
}

/** As often as it takes: a machine that does a dozen things at once may turn it away. */
async function endAll({ post }: TestService, session: SignedIn) {
  let answer = await post('/auth/logout-all', {}, bearer(session));
  while (answer.statusCode === 503) answer = await post('/auth/logout-all', {}, bearer(session));
  return answer;
}

async function statusOf({ get }: TestService, session: SignedIn): Promise<number> {
  return (await get('/auth/me', bearer(session))).statusCode;
}
