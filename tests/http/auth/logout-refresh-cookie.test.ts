import { beforeAll, describe, expect, it } from 'vitest';
import { expectClearedCookie } from '../support/cookies.ts';
import { ownService, sharedService } from '../support/http-service.ts';
import { bearer, cookie, newSession, register, type SignedIn, sessionIn, signIn } from '../support/people.ts';
import { changeSession, isAlive, sessionAudit, timesSpent } from '../support/sessions.ts';

// A refresh cookie that comes along at a sign-out is looked at and nothing more: a genuine one that a refresh would
// refuse is told of, a forged one is only logged.
const service = sharedService();
const acme = { 'x-tenant': 'acme' };

beforeAll(async () => {
  await service().app.services.createTenant('acme', 'Acme');
});

async function logout(signedIn: SignedIn, cookies: string) {
  const response = await service().post('/auth/logout', {}, { ...bearer(signedIn), cookie: cookies });
  expect(response.statusCode, response.body).toBe(204);
  expectClearedCookie(response);
  return response;
}

const refresh = async (signedIn: Pick<SignedIn, 'refreshToken'>) =>
  sessionIn(await service().post('/auth/refresh', {}, cookie(signedIn)));
const refusalsOf = async (signedIn: Pick<SignedIn, 'sessionId'>, slug?: string) =>
  (await sessionAudit(service(), signedIn, slug)).filter(
    ({ type }) => type === 'session.refresh_token_rejected',
  );

describe('nothing is told of', () => {
  it('the good token', async () => {
    const signedIn = await newSession(service());
    await logout(signedIn, cookie(signedIn).cookie);
    expect((await sessionAudit(service(), signedIn)).map(({ type }) => type)).toEqual(['session.ended']);
    expect(await timesSpent(service(), signedIn)).toBe(0);
  });

  it('the newest spent one, within the grace: an answer may have been lost', async () => {
    const signedIn = await newSession(service());
    await refresh(signedIn);
    await logout(signedIn, cookie(signedIn).cookie);
    expect(await refusalsOf(signedIn)).toEqual([]);
  });

  it('a forged one, an empty one and two at once; that is only logged, without them', async () => {
    const other = await newSession(service());
    // Within the secret: the number before it is mostly zeros already.
    const forgedOne = `${other.refreshToken.slice(0, 64)}AAAA${other.refreshToken.slice(68)}`;
    const twice = `refresh_token=${other.refreshToken}; refresh_token=${other.refreshToken}`;
    for (const cookies of [`refresh_token=${forgedOne}`, 'refresh_token=', twice]) {
      const signedIn = await newSession(service());
      const { headers } = await logout(signedIn, cookies);

      const lines = service()
        .logLines()
        .filter((line) => line.includes(String(headers['x-request-id'])))
        .join('');
      expect(lines).toContain('a refresh token that is not ours came along at a sign-out');
      expect(lines).not.toContain(other.refreshToken.slice(-24));
      expect(await refusalsOf(signedIn)).toEqual([]);
    }
    expect([await refusalsOf(other), await isAlive(service(), other)]).toEqual([[], true]);
  });

  it('one of a session that there is not any more', async () => {
    const [signedIn, gone] = [await newSession(service()), await newSession(service())];
    await service().sql('DELETE FROM gatehouse.sessions WHERE id = $1', [gone.sessionId]);
    const stranger = await newSession(await ownService());
    await logout(signedIn, cookie(gone).cookie);
    await logout(signedIn, cookie(stranger).cookie);
    expect(await refusalsOf(gone)).toEqual([]);
  });
});

describe('a genuine token that a refresh would refuse is told of, and nothing else comes of it:', () => {
  it.each([
    ['reused', `rotated_at = clock_timestamp() - interval '11 seconds', number = 1`],
    ['reused', 'rotated_at = clock_timestamp(), number = 2'],
    ['ahead', 'number = -1'],
    ['ended', 'ended_at = clock_timestamp()'],
    ['expired', `idle_expires_at = clock_timestamp() - interval '1 second'`],
    ['expired', `absolute_expires_at = clock_timestamp() - interval '1 second'`],
    ['expired', `inactive_at = clock_timestamp() - interval '1 second'`],
  ])('%s (%s)', async (reason, assignment) => {
    const signedIn = await newSession(service());
    await changeSession(service(), signedIn, assignment);

    const { headers } = await logout(signedIn, cookie(signedIn).cookie);

    expect(await refusalsOf(signedIn)).toMatchObject([
      {
        ...{ severity: 'warning', outcome: 'failure', actor_type: 'anonymous' },
        ...{ target_id: signedIn.sessionId, request_id: headers['x-request-id'] },
        data: { reason, user_id: signedIn.userId, at: 'logout' },
      },
    ]);
    const types = (await sessionAudit(service(), signedIn)).map(({ type }) => type);
    expect(types).not.toContain('session.refresh_token_reused');
    expect(await isAlive(service(), signedIn)).toBe(false);
  });

  it('other_session, which lives on and whose token still works', async () => {
    const person = await register(service());
    const [mine, other] = [await signIn(service(), person), await signIn(service(), person)];

    await logout(mine, cookie(other).cookie);

    expect((await refusalsOf(other)).map(({ data }) => data)).toEqual([
      { reason: 'other_session', user_id: person.userId, at: 'logout' },
    ]);
    expect(await refusalsOf(mine)).toEqual([]);
    expect([await isAlive(service(), mine), await isAlive(service(), other)]).toEqual([false, true]);
    expect((await refresh(other)).sessionId).toBe(other.sessionId);
  });

  it('other_tenant, told there and not here, whose session lives on', async () => {
    const [mine, theirs] = [await newSession(service()), await newSession(service(), {}, acme)];

    await logout(mine, cookie(theirs).cookie);

    expect((await refusalsOf(theirs, 'acme')).map(({ data }) => data)).toEqual([
      { reason: 'other_tenant', user_id: theirs.userId, at: 'logout' },
    ]);
    expect([await refusalsOf(theirs), await refusalsOf(mine)]).toEqual([[], []]);
    expect([await isAlive(service(), mine), await isAlive(service(), theirs)]).toEqual([false, true]);
    expect((await refresh(theirs)).sessionId).toBe(theirs.sessionId);
  });
});

it('is not looked at where the sign-out itself is refused', async () => {
  const [mine, other] = [await newSession(service()), await newSession(service())];
  const headers = { ...bearer(mine), ...cookie(other), ...acme };
  expect((await service().post('/auth/logout', {}, headers)).statusCode).toBe(403);
  expect(await refusalsOf(other)).toEqual([]);
});
