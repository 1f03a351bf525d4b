import { beforeAll, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../core/tenants/index.ts';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { expectClearedCookie, expectNoCookie } from '../support/cookies.ts';
import { ownService, sharedService } from '../support/http-service.ts';
import {
  bearer,
  cookie,
  expectCompleteByCookie,
  expectCompleteByToken,
  newSession,
  type SignedIn,
  sessionIn,
} from '../support/people.ts';
import { expectFields, expectProblem } from '../support/problems.ts';
import { changeSession, isAlive, sessionAudit, timesSpent } from '../support/sessions.ts';

const service = sharedService();
let acme: Tenant;

beforeAll(async () => {
  acme = await service().app.services.createTenant('acme', 'Acme');
});

const byCookie = (refreshToken: string, headers: Record<string, string> = {}) =>
  service().post('/auth/refresh', {}, { ...cookie({ refreshToken }), ...headers });
const byBody = (refreshToken: string, headers: Record<string, string> = {}) =>
  service().post('/auth/refresh', { refresh_token: refreshToken }, headers);
const change = (assignment: string, signedIn: Pick<SignedIn, 'sessionId'>) =>
  changeSession(service(), signedIn, assignment);
const auditOf = (signedIn: SignedIn) => sessionAudit(service(), signedIn);

describe('200', () => {
  it('by cookie: answers as a sign-in does and rotates the cookie', async () => {
    const signedIn = await newSession(service());

    const response = await byCookie(signedIn.refreshToken);

    expectCompleteByCookie(response);
    const next = sessionIn(response);
    expect(next.sessionId).toBe(signedIn.sessionId);
    expect(next.refreshToken).not.toBe(signedIn.refreshToken);
    expect(await isAlive(service(), next)).toBe(true);
  });

  it('by body: puts the next token into the body and sets no cookie', async () => {
    const signedIn = await newSession(service(), { transport: 'token' });

    const response = await byBody(signedIn.refreshToken);

    expectCompleteByToken(response);
    expect(response.json().refresh_token).not.toBe(signedIn.refreshToken);
  });

  it('goes on for as long as each token is used once', async () => {
    const first = await newSession(service());
    let current = first.refreshToken;
    for (let use = 0; use < 5; use += 1) current = sessionIn(await byCookie(current)).refreshToken;
    expect(await isAlive(service(), first)).toBe(true);
  });

  it('takes no body at all where a cookie comes', async () => {
    const { refreshToken } = await newSession(service());
    const response = await service().send({
      method: 'POST',
      url: '/auth/refresh',
      headers: cookie({ refreshToken }),
    });
    expectCompleteByCookie(response);
  });

  it('lets the cookie live as long as the shortest limit of its session', async () => {
    const signedIn = await newSession(service());
    await change(`absolute_expires_at = clock_timestamp() + interval '1 hour'`, signedIn);

    const response = await byCookie(signedIn.refreshToken);

    const maxAge = response.cookies[0]?.maxAge ?? 0;
    expect(maxAge).toBeGreaterThan(3500);
    expect(maxAge).toBeLessThanOrEqual(3600);
  });

  it('finds the tenant in the token, whether X-Tenant names it by slug, by id or not at all', async () => {
    const headers = { 'x-tenant': 'acme' };
    const { refreshToken } = await newSession(service(), {}, headers);

    const bare = sessionIn(await byCookie(refreshToken));
    const bySlug = sessionIn(await byCookie(bare.refreshToken, headers));
    const byId = await byBody(bySlug.refreshToken, { 'x-tenant': acme.id });

    expectCompleteByToken(byId);
  });

  it('tells of the user as they are now', async () => {
    const { refreshToken, userId } = await newSession(service());
    await service().sql(`UPDATE gatehouse.users SET name = 'Ada' WHERE id = $1`, [userId]);
    expect((await byCookie(refreshToken)).json().user.name).toBe('Ada');
  });

  it('looks at no Authorization and no API key', async () => {
    const { refreshToken } = await newSession(service());
    expectCompleteByCookie(await byCookie(refreshToken, { authorization: 'Bearer x', 'x-api-key': 'ask_x' }));
  });

  it('is no event of the audit log', async () => {
    const signedIn = await newSession(service());
    await byCookie(signedIn.refreshToken);
    expect(await auditOf(signedIn)).toEqual([]);
  });
});

describe('400', () => {
  it('refuses body and cookie together with credentials_ambiguous, spending and clearing nothing', async () => {
    const { refreshToken } = await newSession(service());

    const both = await service().post(
      '/auth/refresh',
      { refresh_token: refreshToken },
      cookie({ refreshToken }),
    );

    expectProblem(both, 'credentials_ambiguous');
    expectNoCookie(both);
    const first = sessionIn(await byCookie(refreshToken));
    await change(`rotated_at = rotated_at - interval '1 hour'`, first);
    expectCompleteByCookie(await byCookie(first.refreshToken));
  });

  it('refuses unknown fields and wrong types', async () => {
    const { post } = service();
    expectFields(await post('/auth/refresh', { transport: 'token' }), '/transport');
    expectFields(await post('/auth/refresh', { refresh_token: null }), '/refresh_token');
    expectFields(await post('/auth/refresh', { refresh_token: ['x'] }), '/refresh_token');
  });

  it('refuses broken JSON, a body over 64 KiB and what is not JSON, spending nothing', async () => {
    const { refreshToken } = await newSession(service());
    const raw = (payload: string, type = 'application/json') =>
      service().send({
        method: 'POST',
        url: '/auth/refresh',
        headers: { 'content-type': type, ...cookie({ refreshToken }) },
        payload,
      });

    expectProblem(await raw('{'), 'json_invalid');
    expectProblem(await raw(JSON.stringify({ refresh_token: 'x'.repeat(65_536) })), 'body_too_large');
    expectProblem(
      await raw('refresh_token=x', 'application/x-www-form-urlencoded'),
      'media_type_unsupported',
    );

    const { sessionId } = sessionIn(await byCookie(refreshToken));
    expect(await timesSpent(service(), { sessionId })).toBe(1);
  });
});

describe('401 refresh_token_invalid', () => {
  it('refuses where no token comes, and clears the cookie all the same', async () => {
    const response = await service().post('/auth/refresh', {});
    expectProblem(response, 'refresh_token_invalid');
    expectClearedCookie(response);
    expect(response.headers).not.toHaveProperty('www-authenticate');
  });

  it.each([
    ['empty', () => ''],
    ['malformed', () => 'garbage'],
    ['cut short', (token: string) => token.slice(0, -1)],
    ['lengthened', (token: string) => `${token}A`],
    ['forged in its first part', (token: string) => flip(token, 8)],
    ['forged in its number', (token: string) => flip(token, 54)],
    ['forged in its last part', (token: string) => flip(token, token.length - 8)],
    ['an access token', () => 'eyJhbGciOiJFUzI1NiJ9.e30.x'],
  ])('refuses a token that is %s, ending and recording nothing', async (_what, forge) => {
    const signedIn = await newSession(service());

    for (const present of [byCookie, byBody]) {
      const response = await present(forge(signedIn.refreshToken));
      expectProblem(response, 'refresh_token_invalid');
      expectClearedCookie(response);
    }

    expect(await auditOf(signedIn)).toEqual([]);
    expectCompleteByCookie(await byCookie(signedIn.refreshToken));
  });

  it('only logs a token that is not ours, by the id of its request and without the token', async () => {
    const { refreshToken } = await newSession(service());
    const other = flip(refreshToken, 54);

    const { headers } = await byBody(other);

    const lines = service()
      .logLines()
      .filter((line) => line.includes(String(headers['x-request-id'])));
    expect(lines.join('')).toContain('a refresh token that is not ours was refused');
    expect(lines.join('')).not.toContain(other.slice(20));
  });

  it.each([
    ['ended', 'ended_at = clock_timestamp()'],
    ['expired', `idle_expires_at = clock_timestamp() - interval '1 second'`],
    ['expired', `absolute_expires_at = clock_timestamp() - interval '1 second'`],
    ['expired', `inactive_at = clock_timestamp() - interval '1 second'`],
    ['ahead', 'number = -1'],
  ])('refuses a genuine token whose session is %s (%s), and records why', async (reason, assignment) => {
    const signedIn = await newSession(service());
    await change(assignment, signedIn);

    const response = await byCookie(signedIn.refreshToken);

    expectProblem(response, 'refresh_token_invalid');
    expectClearedCookie(response);
    expect(await auditOf(signedIn)).toMatchObject([
      {
        type: 'session.refresh_token_rejected',
        outcome: 'failure',
        data: { reason },
        request_id: response.headers['x-request-id'],
      },
    ]);
  });

  it('ends nothing over a token that is ahead of its session, as after a restored backup', async () => {
    const signedIn = await newSession(service());
    const next = sessionIn(await byCookie(signedIn.refreshToken));
    await change('number = 0', signedIn);

    expectProblem(await byCookie(next.refreshToken), 'refresh_token_invalid');

    expectCompleteByCookie(await byCookie(signedIn.refreshToken));
  });

  it.each(['suspended', 'deleted'])('refuses the token of a %s user, and records why', async (status) => {
    const signedIn = await newSession(service());
    await service().sql('UPDATE gatehouse.users SET status = $2 WHERE id = $1', [signedIn.userId, status]);

    expectProblem(await byCookie(signedIn.refreshToken), 'refresh_token_invalid');

    expect(await auditOf(signedIn)).toMatchObject([{ data: { reason: 'user_inactive' } }]);
  });

  it('refuses after logout', async () => {
    const signedIn = await newSession(service());
    await service().post('/auth/logout', {}, bearer(signedIn));
    expectProblem(await byCookie(signedIn.refreshToken), 'refresh_token_invalid');
  });

  it('refuses a genuine token of no session and no tenant that there is', async () => {
    const signedIn = await newSession(service());
    await service().sql('DELETE FROM gatehouse.sessions WHERE id = $1', [signedIn.sessionId]);
    expectProblem(await byCookie(signedIn.refreshToken), 'refresh_token_invalid');
    const stranger = await newSession(await ownService());
    expectProblem(await byCookie(stranger.refreshToken), 'refresh_token_invalid');
    expectProblem(await byCookie(stranger.refreshToken, { 'x-tenant': 'acme' }), 'refresh_token_invalid');
  });

  it('refuses more than one refresh cookie, spending and ending nothing', async () => {
    const signedIn = await newSession(service());
    const { refreshToken } = signedIn;

    for (const other of [refreshToken, 'x', '']) {
      const headers = { cookie: `refresh_token=${refreshToken}; theme=dark; refresh_token=${other}` };
      const response = await service().post('/auth/refresh', {}, headers);
      expectProblem(response, 'refresh_token_invalid');
    }

    expect(await timesSpent(service(), signedIn)).toBe(0);
    expectCompleteByCookie(await byCookie(refreshToken));
  });

  it('finds the one cookie among others', async () => {
    const { refreshToken } = await newSession(service());
    const headers = { cookie: `a=b; xrefresh_token=1;refresh_token=${refreshToken} ; refresh_tokens=2` };
    expectCompleteByCookie(await service().post('/auth/refresh', {}, headers));
  });
});

describe('403 tenant_mismatch', () => {
  it.each([
    ['the slug of another tenant', () => 'acme'],
    ['the id of another tenant', () => acme.id],
    ['a tenant that there is not', () => 'nobody'],
    ['nothing', () => ''],
  ])('refuses where X-Tenant names %s, clearing and spending nothing', async (_what, name) => {
    const signedIn = await newSession(service());

    for (const present of [byCookie, byBody]) {
      const response = await present(signedIn.refreshToken, { 'x-tenant': name() });
      expectProblem(response, 'tenant_mismatch');
      expectNoCookie(response);
    }

    expect(await timesSpent(service(), signedIn)).toBe(0);
    expectCompleteByCookie(await byCookie(signedIn.refreshToken));
  });

  it('is told in the audit log of the token’s own tenant, as every refusal of a genuine token', async () => {
    const signedIn = await newSession(service());

    const response = await byCookie(signedIn.refreshToken, { 'x-tenant': 'acme' });

    expect(await auditOf(signedIn)).toMatchObject([
      {
        type: 'session.refresh_token_rejected',
        outcome: 'failure',
        data: { reason: 'tenant_mismatch' },
        request_id: response.headers['x-request-id'],
      },
    ]);
    expect(await sessionAudit(service(), signedIn, 'acme')).toEqual([]);
  });

  it('is nothing to say of a token that is not ours', async () => {
    const { refreshToken } = await newSession(service());
    const forgedOne = flip(refreshToken, 54);
    expectProblem(await byCookie(forgedOne, { 'x-tenant': 'nobody' }), 'refresh_token_invalid');
  });

  it('does not end a session over a spent token that is shown to another tenant', async () => {
    const signedIn = await newSession(service());
    const second = sessionIn(await byCookie(signedIn.refreshToken)).refreshToken;
    const third = sessionIn(await byCookie(second)).refreshToken;

    expectProblem(await byCookie(signedIn.refreshToken, { 'x-tenant': 'acme' }), 'tenant_mismatch');

    expectCompleteByCookie(await byCookie(third));
  });
});

describe('403 tenant_suspended', () => {
  it('refuses while the tenant is suspended, clearing and spending nothing', async () => {
    const { app, sql } = service();
    const { id } = await app.services.createTenant('paused', 'Paused');
    const signedIn = await newSession(service(), {}, { 'x-tenant': 'paused' });
    await sql(`UPDATE gatehouse.tenants SET status = 'suspended' WHERE id = $1`, [id]);

    for (const headers of [{}, { 'x-tenant': 'paused' }] as Record<string, string>[]) {
      const response = await byCookie(signedIn.refreshToken, headers);
      expectProblem(response, 'tenant_suspended');
      expectNoCookie(response);
    }

    await sql(`UPDATE gatehouse.tenants SET status = 'active' WHERE id = $1`, [id]);
    const reasons = (await sessionAudit(service(), signedIn, 'paused')).map(({ data }) => data['reason']);
    expect(reasons).toEqual(['tenant_suspended', 'tenant_suspended']);
    expectCompleteByCookie(await byCookie(signedIn.refreshToken));
  });
});

describe('403 csrf_failed', () => {
  it('is answered before the token is looked at (its rules are in refresh-origin.test.ts)', async () => {
    const { refreshToken } = await newSession(service());
    const response = await byCookie(refreshToken, { origin: 'https://evil.example' });
    expectProblem(response, 'csrf_failed');
    expectNoCookie(response);
  });
});

/** The same text with one character, which spells six bits, changed. */
function flip(token: string, at: number): string {
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}

itSawEveryAnswerOf(service, 'POST', '/auth/refresh');
