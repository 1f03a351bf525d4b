import { describe, expect, it } from 'vitest';
import {
  clientAs,
  ended,
  filledDatabase,
  OF_KEYS,
  OF_OTHER_SESSION,
  OF_OTHER_USER,
  OF_SESSION,
  OF_TENANT,
  OF_USER,
  OTHER_USER,
  SESSION,
  sorted,
  TENANT,
  USER,
} from './revocation-database.ts';

const ofSession = `tenant_id = '${TENANT}' AND id = '${SESSION}'`;
const ofUser = `tenant_id = '${TENANT}' AND id = '${USER}'`;

/** What may be typed at psql, who may type it, and what it tells. */
const STATEMENTS: readonly (readonly [statement: string, roles: string, told: readonly object[]])[] = [
  [
    `UPDATE sessions SET ended_at = now(), end_reason = 'logout' WHERE ${ofSession}`,
    'owner app',
    [OF_SESSION],
  ],
  [`UPDATE sessions SET ended_at = now()`, 'owner app', [OF_SESSION, OF_OTHER_SESSION]],
  [`UPDATE sessions SET step_up_at = now() WHERE ${ofSession}`, 'owner app', [OF_SESSION]],
  [`UPDATE sessions SET aal = 2 WHERE ${ofSession}`, 'owner app', [OF_SESSION]],
  ...['idle_expires_at', 'absolute_expires_at', 'inactive_at'].map(
    (limit) =>
      [`UPDATE sessions SET ${limit} = now() WHERE ${ofSession}`, 'owner app', [OF_SESSION]] as const,
  ),
  [`UPDATE sessions SET inactive_at = inactive_at + interval '1 day'`, 'owner app', []],
  [`UPDATE sessions SET last_seen_at = now(), number = number + 1, rotated_at = now()`, 'owner app', []],
  [`UPDATE sessions SET device_name = device_name`, 'owner app', []],
  [`DELETE FROM sessions WHERE ${ofSession}`, 'owner', [OF_SESSION]],
  [`UPDATE users SET status = 'suspended' WHERE ${ofUser}`, 'owner app', [OF_USER]],
  [`UPDATE users SET name = 'Ada' WHERE ${ofUser}`, 'owner app', [OF_USER]],
  [`UPDATE users SET password_hash = 'x' WHERE ${ofUser}`, 'owner app', [OF_USER]],
  [`UPDATE users SET status = status`, 'owner app', []],
  [`DELETE FROM users WHERE ${ofUser}`, 'owner', [OF_SESSION, OF_USER, OF_USER]],
  [`DELETE FROM user_roles WHERE user_id = '${USER}'`, 'owner app', [OF_USER]],
  [`INSERT INTO user_roles VALUES ('${TENANT}', '${USER}', 'admin')`, 'owner app', [OF_USER]],
  [
    `UPDATE user_roles SET user_id = '${OTHER_USER}', role = 'x' WHERE user_id = '${USER}'`,
    'owner',
    [OF_USER, OF_OTHER_USER],
  ],
  [`UPDATE tenants SET status = 'suspended' WHERE id = '${TENANT}'`, 'owner app', [OF_TENANT]],
  [`UPDATE tenants SET name = 'Another' WHERE id = '${TENANT}'`, 'owner app', [OF_TENANT]],
  [`UPDATE tenants SET settings = '{"mfa": "off"}' WHERE id = '${TENANT}'`, 'owner app', [OF_TENANT]],
  [`UPDATE signing_keys SET state = 'retired'`, 'owner app', [OF_KEYS]],
  [`DELETE FROM signing_keys`, 'owner', [OF_KEYS]],
];

describe('a statement that is typed at psql', () => {
  const cases = STATEMENTS.flatMap(([statement, roles, told]) =>
    roles.split(' ').map((role) => [role, statement, told] as const),
  );

  it.each(cases)('as gatehouse_%s tells of what it changed: %s', async (role, statement, told) => {
    const { database, log, admin } = await filledDatabase();
    const { mark } = await log.since(null);

    const client = await clientAs(database, role === 'owner' ? 'gatehouse_owner' : 'gatehouse_app');
    await client.query(`SET search_path = gatehouse; SET app.tenant_id = '${TENANT}'`);
    await client.query(statement);
    client.release();

    expect(sorted((await log.since(mark)).revocations)).toEqual(sorted(told));
    const { rows } = await admin.query('SELECT count(*) FROM gatehouse.revocations');
    expect(rows).toEqual([{ count: told.length }]);
  });

  // No trigger tells of each row then: the files of the tables are others.
  it.each([
    'sessions',
    'user_roles',
    'signing_keys',
    'users CASCADE',
    'tenants CASCADE',
    'revocations',
  ])('and empties %s has everything forgotten', async (tables) => {
    const { database, log } = await filledDatabase();
    const { mark } = await log.since(null);
    const owner = await clientAs(database, 'gatehouse_owner');

    await owner.query(`SET search_path = gatehouse; TRUNCATE ${tables}`);
    owner.release();
    const reading = await log.since(mark);

    expect(reading).toMatchObject({ isReset: true, revocations: [] });
    expect(await log.since(reading.mark)).toMatchObject({ isReset: false });
  });
});

// Rule 35: while an update is rolled out both run over one database.
it('a process of the last version works beside this one, and what it changes is told', async () => {
  const { database, log } = await filledDatabase();
  const { mark } = await log.since(null);
  const old = await clientAs(database, 'gatehouse_app');
  const call = async (text: string, ...values: unknown[]) =>
    (await old.query(text, values)).rows[0]?.session?.outcome;

  const outcomes = [
    await call('SELECT gatehouse.session_check_json($1, $2, $3) AS session', TENANT, SESSION, USER),
    await call(
      'SELECT gatehouse.session_rotate_json($1, $2, $3, $4, $5) AS session',
      ...[TENANT, SESSION, 0, Buffer.from('secret'), 10],
    ),
  ];
  await old.query(`INSERT INTO gatehouse.signing_keys (kid, algorithm, state, public_jwk, sealed_private_key)
    VALUES ('k2', 'ES256', 'retired', '{}', '')`);
  await old.query(`BEGIN; SELECT set_config('app.tenant_id', '${TENANT}', true); ${ended(SESSION)}; COMMIT`);
  old.release();

  expect(outcomes).toEqual(['live', 'rotated']);
  expect(sorted((await log.since(mark)).revocations)).toEqual(sorted([OF_SESSION, OF_KEYS]));
});
