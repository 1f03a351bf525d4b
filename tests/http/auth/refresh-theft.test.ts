import { describe, expect, it } from 'vitest';
import { expectClearedCookie } from '../support/cookies.ts';
import { ownService, sharedService } from '../support/http-service.ts';
import {
  bearer,
  cookie,
  expectCompleteByCookie,
  newSession,
  register,
  type SignedIn,
  sessionIn,
  signIn,
} from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';
import { changeSession, isAlive, sessionAudit } from '../support/sessions.ts';

// Rule 15: only the newest spent token, inside the grace and while its successor is unused, yields that
// successor again. A genuine spent token otherwise ends its session (RFC 9700, section 4.14.2).
const service = sharedService();

const byCookie = (refreshToken: string) => service().post('/auth/refresh', {}, cookie({ refreshToken }));
const change = (assignment: string, signedIn: SignedIn) => changeSession(service(), signedIn, assignment);
const auditOf = (signedIn: SignedIn) => sessionAudit(service(), signedIn);

describe('the newest spent token again within the grace', () => {
  it('yields the same successor, so that a lost answer harms nothing', async () => {
    const signedIn = await newSession(service());

    const [first, again] = [await byCookie(signedIn.refreshToken), await byCookie(signedIn.refreshToken)];

    expectCompleteByCookie(again);
    expect(sessionIn(again).refreshToken).toBe(sessionIn(first).refreshToken);
    expectCompleteByCookie(await byCookie(sessionIn(again).refreshToken));
    expect(await auditOf(signedIn)).toEqual([]);
  });

  it('yields one successor to sixteen tabs at once', async () => {
    const { refreshToken } = await newSession(service());

    const responses = await Promise.all(Array.from({ length: 16 }, () => byCookie(refreshToken)));

    for (const response of responses) expectCompleteByCookie(response);
    expect(new Set(responses.map((response) => sessionIn(response).refreshToken)).size).toBe(1);
  });
});

describe('a spent token out of turn', () => {
  const expectTheft = async (signedIn: SignedIn, stolen: string, current: string) => {
    const response = await byCookie(stolen);

    expectProblem(response, 'refresh_token_invalid');
    expectClearedCookie(response);
    expect(await isAlive(service(), signedIn)).toBe(false);
    expectProblem(await byCookie(current), 'refresh_token_invalid');
    const [reused, ...later] = await auditOf(signedIn);
    expect(reused).toMatchObject({
      type: 'session.refresh_token_reused',
      severity: 'critical',
      outcome: 'failure',
    });
    expect(later).toMatchObject([{ type: 'session.refresh_token_rejected', data: { reason: 'ended' } }]);
  };

  it('ends the session once its successor was used', async () => {
    const signedIn = await newSession(service());
    const second = sessionIn(await byCookie(signedIn.refreshToken)).refreshToken;
    const third = sessionIn(await byCookie(second)).refreshToken;
    await expectTheft(signedIn, signedIn.refreshToken, third);
  });

  it('ends the session when the grace is over', async () => {
    const signedIn = await newSession(service());
    const second = sessionIn(await byCookie(signedIn.refreshToken)).refreshToken;
    await change(`rotated_at = rotated_at - interval '10 seconds'`, signedIn);
    await expectTheft(signedIn, signedIn.refreshToken, second);
  });

  it('does not while the grace lasts', async () => {
    const signedIn = await newSession(service());
    await byCookie(signedIn.refreshToken);
    await change(`rotated_at = rotated_at - interval '5 seconds'`, signedIn);
    expectCompleteByCookie(await byCookie(signedIn.refreshToken));
  });

  it('counts the grace from the first use, not from the last', async () => {
    const signedIn = await newSession(service());
    await byCookie(signedIn.refreshToken);
    await change(`rotated_at = rotated_at - interval '9 seconds'`, signedIn);
    const second = sessionIn(await byCookie(signedIn.refreshToken)).refreshToken;
    await change(`rotated_at = rotated_at - interval '1 second'`, signedIn);
    await expectTheft(signedIn, signedIn.refreshToken, second);
  });

  it('ends the other sessions of that user no more than those of anybody else', async () => {
    const person = await register(service());
    const [robbed, other] = [await signIn(service(), person), await signIn(service(), person)];
    const second = sessionIn(await byCookie(robbed.refreshToken)).refreshToken;
    await byCookie(second);

    expectProblem(await byCookie(robbed.refreshToken), 'refresh_token_invalid');

    expect([await isAlive(service(), robbed), await isAlive(service(), other)]).toEqual([false, true]);
  });

  it('is told once, however many come late together, and the others are told as refused', async () => {
    const signedIn = await newSession(service());
    await byCookie(sessionIn(await byCookie(signedIn.refreshToken)).refreshToken);

    const late = await Promise.all(Array.from({ length: 8 }, () => byCookie(signedIn.refreshToken)));

    for (const response of late) expectProblem(response, 'refresh_token_invalid');
    const events = await auditOf(signedIn);
    const [reused, rejected] = ['session.refresh_token_reused', 'session.refresh_token_rejected'].map(
      (wanted) => events.filter(({ type }) => type === wanted),
    );
    expect(reused).toHaveLength(1);
    expect(rejected?.map(({ data }) => data['reason'])).toEqual(Array.from({ length: 7 }, () => 'ended'));
  });

  it('has no grace with REFRESH_REUSE_GRACE_SECONDS=0', async () => {
    const strict = await ownService({ REFRESH_REUSE_GRACE_SECONDS: '0' });
    const signedIn = await newSession(strict);
    await strict.post('/auth/refresh', {}, cookie(signedIn));

    expectProblem(await strict.post('/auth/refresh', {}, cookie(signedIn)), 'refresh_token_invalid');

    expectProblem(await strict.get('/auth/me', bearer(signedIn)), 'session_revoked');
  });
});
