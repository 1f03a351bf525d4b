import type pg from 'pg';
import { expect, it } from 'vitest';
import { PASSWORD, startService } from '../support/service.ts';

const WAITING = `
  SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%session_rotate_json%'`;

// Its answer becomes the claims of an access token, which hold for as long as that does.
it('tells of the user as they are after a rotation has waited for its session', async () => {
  const { database, post } = await startService();
  const person = { email: 'ada@example.test', password: PASSWORD };
  await post('/auth/register', person);
  await post('/auth/login', person);
  const [holder, rotator, changer] = [database.pool(null, 1), database.pool(null, 1), database.pool(null, 1)];
  const { rows } = await changer.query('SELECT tenant_id, id, number, secret_hash FROM gatehouse.sessions');
  const { tenant_id, id, number, secret_hash } = rows[0] ?? {};
  await holder.query('BEGIN');
  await holder.query('SELECT FROM gatehouse.sessions FOR UPDATE');

  const rotating = rotator.query(
    'SELECT gatehouse.session_rotate_json($1, $2, $3, $4, 10) AS answer, pg_backend_pid()',
    [tenant_id, id, number, secret_hash],
  );
  await untilWaiting(changer);
  await changer.query("UPDATE gatehouse.users SET email = 'new@example.test'");
  await holder.query('COMMIT');

  expect((await rotating).rows[0]?.answer).toMatchObject({ outcome: 'rotated', email: 'new@example.test' });
});

async function untilWaiting(pool: pg.Pool): Promise<void> {
  while ((await pool.query(WAITING)).rowCount === 0);
}
