import { expect, it } from 'vitest';
import { databaseState } from '../../security/support/database-state.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { openService } from '../../support/service.ts';
import { equip, type HttpService, sharedService } from '../support/http-service.ts';
import {
  cookie,
  expectCompleteByCookie,
  expectCompleteByToken,
  newSession,
  type SignedIn,
  sessionIn,
} from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';
import { changeSession, isAlive } from '../support/sessions.ts';

// What design.md, "Refresh tokens: one row, no list", promises beside the answers of refresh.test.ts.
const service = sharedService();
const refresh = (signedIn: Pick<SignedIn, 'refreshToken'>, at: HttpService = service()) =>
  at.post('/auth/refresh', {}, cookie(signedIn));

it('keeps as much of a session after fifty refreshes as before the first', async () => {
  const signedIn = await newSession(service());
  const rows = async () => [...(await databaseState(service()))].map(([place, { count }]) => [place, count]);
  const width = async () =>
    service().sql('SELECT pg_column_size(s) AS bytes FROM gatehouse.sessions s WHERE id = $1', [
      signedIn.sessionId,
    ]);
  // The first refresh writes when it was.
  let { refreshToken } = sessionIn(await refresh(signedIn));
  const before = [await rows(), await width(), refreshToken.length];

  for (let time = 0; time < 50; time += 1) ({ refreshToken } = sessionIn(await refresh({ refreshToken })));

  expect([await rows(), await width(), refreshToken.length]).toEqual(before);
});

it('refuses a forged token without asking the database anything, and a genuine one not', async () => {
  const { refreshToken } = await newSession(service());
  const flipped = refreshToken.replace(/.{4}$/, (end) => (end === 'AAAA' ? 'BBBB' : 'AAAA'));
  let asked = 0;
  const count = () => {
    asked += 1;
  };
  service().app.pool.on('acquire', count);

  const refused = [];
  for (const forged of ['', 'x', flipped, `${refreshToken}A`]) {
    refused.push(await refresh({ refreshToken: forged }));
    refused.push(await service().post('/auth/refresh', { refresh_token: forged }));
  }
  const askedForForged = asked;
  const genuine = await refresh({ refreshToken });
  service().app.pool.off('acquire', count);

  for (const answer of refused) expectProblem(answer, 'refresh_token_invalid');
  expect([askedForForged, asked > 0, genuine.statusCode]).toEqual([0, true, 200]);
});

it.each([
  ['idle', 'idle_seconds = 3600'],
  ['inactivity', 'inactivity_seconds = 3600'],
  ['absolute', `absolute_expires_at = clock_timestamp() + interval '1 hour'`],
])('lets the cookie live as long as the %s limit where that is the earliest', async (_limit, assignment) => {
  const signedIn = await newSession(service());
  await changeSession(service(), signedIn, assignment);

  const response = await refresh(signedIn);

  const { maxAge = 0 } = response.cookies.find(({ name }) => name === 'refresh_token') ?? {};
  expect(maxAge).toBeGreaterThan(3_500);
  expect(maxAge).toBeLessThanOrEqual(3_600);
});

it('moves the idle and the inactivity limit with each use, and the absolute one never', async () => {
  const signedIn = await newSession(service());
  const limits = async () => {
    const [row] = await service().sql<Record<string, Date>>(
      'SELECT idle_expires_at, inactive_at, absolute_expires_at FROM gatehouse.sessions WHERE id = $1',
      [signedIn.sessionId],
    );
    return Object.values(row ?? {}).map((limit) => limit.getTime());
  };
  const back = (column: string) => `${column} = ${column} - interval '1 minute'`;
  await changeSession(service(), signedIn, `${back('idle_expires_at')}, ${back('inactive_at')}`);
  const [idle = 0, inactive = 0, absolute = 0] = await limits();

  await refresh(signedIn);

  const [idleAfter = 0, inactiveAfter = 0, absoluteAfter] = await limits();
  expect(idleAfter - idle).toBeGreaterThanOrEqual(60_000);
  expect(inactiveAfter - inactive).toBeGreaterThanOrEqual(60_000);
  expect(absoluteAfter).toBe(absolute);
});

it('answers a retry within the grace with the very same successor, by cookie and by body', async () => {
  const signedIn = await newSession(service());

  const first = await refresh(signedIn);
  const again = await refresh(signedIn);
  const inBody = await service().post('/auth/refresh', { refresh_token: signedIn.refreshToken });

  expectCompleteByCookie(again);
  expectCompleteByToken(inBody);
  const tokens = [first, again, inBody].map((answer) => sessionIn(answer).refreshToken);
  expect(new Set(tokens).size).toBe(1);
});

it('signs nobody out when SECRET_KEY gets a new entry in front', async () => {
  const database = await createTestDatabase();
  const [older, newer] = ['an-old-secret-key-of-thirty-two-bytes!', 'a-new-secret-key-of-thirty-two-bytes!'];
  const start = async (SECRET_KEY: string) => equip(await openService({ SECRET_KEY }, database), database);
  const before = await start(older);
  const signedIn = await newSession(before.service);
  await before.close();
  const after = await start(`${newer},${older}`);

  const [wasAlive, response] = [
    await isAlive(after.service, signedIn),
    await refresh(signedIn, after.service),
  ];

  expect(wasAlive).toBe(true);
  expectCompleteByCookie(response);
  const next = sessionIn(response);
  expect(next.refreshToken).not.toBe(signedIn.refreshToken);
  // The successor is under the new key, so a process of the old one alone does not know it.
  expectCompleteByCookie(await refresh(next, after.service));
  await after.close();
  const back = await start(older);
  expectProblem(await refresh(next, back.service), 'refresh_token_invalid');
  await back.close();
});
