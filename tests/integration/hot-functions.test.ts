import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenService, openService, PASSWORD } from '../support/service.ts';

type Row = Readonly<Record<string, unknown>>;

/** What may be wrong with a session, its user or its tenant, as a change of the rows. */
const STATES: Readonly<Record<string, string>> = {
  'as it was begun': 'SELECT',
  'seen two minutes ago': `UPDATE gatehouse.sessions SET last_seen_at = last_seen_at - interval '2 minutes'`,
  'rotated a moment ago': 'UPDATE gatehouse.sessions SET number = number + 1, rotated_at = clock_timestamp()',
  'rotated a minute ago': `UPDATE gatehouse.sessions SET number = number + 1, rotated_at = clock_timestamp() - interval '1 minute'`,
  'rotated twice': 'UPDATE gatehouse.sessions SET number = number + 2, rotated_at = clock_timestamp()',
  ended: `UPDATE gatehouse.sessions SET ended_at = clock_timestamp(), end_reason = 'logout'`,
  'past its idle time': `UPDATE gatehouse.sessions SET idle_expires_at = clock_timestamp() - interval '1 second'`,
  'past its longest time': `UPDATE gatehouse.sessions SET absolute_expires_at = clock_timestamp() - interval '1 second'`,
  'not heard of for too long': `UPDATE gatehouse.sessions SET inactive_at = clock_timestamp() - interval '1 second'`,
  'of a suspended user': `UPDATE gatehouse.users SET status = 'suspended'`,
  'of a suspended tenant': `UPDATE gatehouse.tenants SET status = 'suspended'`,
  'ahead of the row': 'UPDATE gatehouse.sessions SET number = number - 1',
  'with another secret': `UPDATE gatehouse.sessions SET secret_hash = '\\x00'`,
};

/** What the application reads. The older functions answer more, the hash of the secret among it. */
const TOLD = [
  ...[
    'tenant_id',
    'id',
    'user_id',
    'amr',
    'aal',
    'auth_time',
    'device_name',
    'user_agent',
    'ip',
    'created_at',
  ],
  ...[
    'last_seen_at',
    'expires_at',
    'email',
    'email_verified',
    'username',
    'name',
    'locale',
    'picture',
    'metadata',
  ],
  ...[
    'user_status',
    'user_created_at',
    'user_updated_at',
    'last_login_at',
    'roles',
    'tenant_slug',
    'tenant_name',
  ],
  ...['tenant_status', 'tenant_settings', 'tenant_created_at', 'outcome'],
];

type SessionRow = Readonly<{
  tenant_id: string;
  id: string;
  user_id: string;
  number: number;
  secret_hash: Buffer;
}>;

let service: OpenService;

beforeAll(async () => {
  service = await openService();
  const person = { email: 'ada@example.test', password: PASSWORD };
  await service.post('/auth/register', person);
  await service.post('/auth/login', person);
});
afterAll(async () => {
  await service.close();
});

// Processes of the last version go on calling the older ones beside us (rule 35).
it.each(Object.keys(STATES))('answer of a session %s what the older functions answer', async (state) => {
  // One connection, so that what is begun on it is undone on it.
  const pool = service.database.pool(null, 1);
  const { rows } = await pool.query<SessionRow>('SELECT * FROM gatehouse.sessions');
  const [session] = rows;
  if (!session) throw new Error('Nobody is signed in');
  const after = (call: string, values: readonly unknown[]) => answerIn(pool, state, call, values);
  const { tenant_id, id, user_id, number, secret_hash } = session;
  const check = [tenant_id, id, user_id];
  const rotate = [tenant_id, id, number, secret_hash, 10];

  const answers = [
    await after('SELECT gatehouse.session_check_json($1, $2, $3) AS answer', check),
    await after('SELECT gatehouse.session_rotate_json($1, $2, $3, $4, $5) AS answer', rotate),
  ];

  expect(answers).toEqual([
    await after('SELECT row_to_json(f) AS answer FROM gatehouse.session_check($1, $2, $3) f', check),
    await after(
      'SELECT row_to_json(f) AS answer FROM gatehouse.session_rotate($1, $2, $3, $4, $5) f',
      rotate,
    ),
  ]);
});

/** What a function answers in a state, which is then undone. */
async function answerIn(
  pool: pg.Pool,
  state: string,
  call: string,
  values: readonly unknown[],
): Promise<Row | null> {
  await pool.query('BEGIN');
  await pool.query(STATES[state] ?? '');
  const { rows } = await pool.query<{ answer: Row | null }>(call, [...values]);
  await pool.query('ROLLBACK');
  const answer = rows[0]?.answer ?? null;
  return answer && Object.fromEntries(TOLD.map((name) => [name, alike(name, answer[name])]));
}

/** What a call may stamp itself. */
const STAMPED: readonly string[] = ['last_seen_at', 'expires_at'];

/** A value in the form of both: moments in milliseconds, and only that there is one where the call made it. */
function alike(name: string, value: unknown): unknown {
  const isText = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);
  const ms = isText ? Date.parse(value) : value;
  return STAMPED.includes(name) ? typeof ms : ms;
}
