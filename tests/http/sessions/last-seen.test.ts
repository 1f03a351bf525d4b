import { expect, it } from 'vitest';
import { sharedService } from '../support/http-service.ts';
import { bearer, newSession, type SignedIn } from '../support/people.ts';
import { changeSession, isAlive } from '../support/sessions.ts';

// What the contract promises of `last_seen_at` and of the inactivity limit, although processes write it in batches.
const service = sharedService({ SESSION_INACTIVITY_TIMEOUT_DAYS: '9', REFRESH_TOKEN_EXPIRE_DAYS: '30' });

/** Seconds since a session was seen, and until it ends for want of activity. */
async function rowOf({ sessionId }: SignedIn) {
  const [row] = await service().sql<{ seen: number; left: number }>(
    `SELECT extract(epoch FROM clock_timestamp() - last_seen_at)::float AS seen,
       extract(epoch FROM inactive_at - clock_timestamp())::float AS left
     FROM gatehouse.sessions WHERE id = $1`,
    [sessionId],
  );
  if (!row) throw new Error('There is no such session');
  return row;
}

const HOUR = 3_600;
const NINE_DAYS = 9 * 24 * HOUR;

it('is written down with those of others, by the process that saw the session', async () => {
  const signedIn = await newSession(service());
  await changeSession(service(), signedIn, `last_seen_at = last_seen_at - interval '1 hour'`);

  expect(await isAlive(service(), signedIn)).toBe(true);
  expect((await rowOf(signedIn)).seen).toBeGreaterThan(HOUR - 60);
  await service().app.revocations.noteSeen();

  const { seen, left } = await rowOf(signedIn);
  expect(seen).toBeLessThan(60);
  expect(left).toBeGreaterThan(NINE_DAYS - 60);
});

// Or whoever comes in the last moment would be signed out by it, for the batch is written too late.
it('is written down at once where the session would end before the others are', async () => {
  const signedIn = await newSession(service());
  await changeSession(
    service(),
    signedIn,
    `last_seen_at = last_seen_at - interval '9 days', inactive_at = clock_timestamp() + interval '20 seconds'`,
  );

  expect(await isAlive(service(), signedIn)).toBe(true);

  expect((await rowOf(signedIn)).left).toBeGreaterThan(NINE_DAYS - 60);
});

it('is told of at once to whoever asks for the list', async () => {
  const signedIn = await newSession(service());
  await changeSession(service(), signedIn, `last_seen_at = last_seen_at - interval '1 hour'`);

  const [told] = (await service().get('/auth/sessions', bearer(signedIn))).json().data;

  expect(Date.parse(told.last_seen_at)).toBeGreaterThan(Date.parse(told.created_at) - 60_000);
});
