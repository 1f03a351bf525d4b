import { describe, expect, it } from 'vitest';
import { writeRefreshToken } from '../../../core/sessions/refresh-token.ts';
import { auditTypes, signIn } from '../../support/requests.ts';
import { CONTEXT, REFRESH_TOKEN_SECONDS } from '../../support/service-fixture.ts';
import { isLive, signedInFixture } from '../../support/signed-in-fixture.ts';

describe('refresh', () => {
  it('answers the next token and an access token, again and again', async () => {
    const fixture = await signedInFixture();
    fixture.clock.advance(600);

    const second = await fixture.refreshBy(fixture.first.refreshToken);
    const third = await fixture.refreshBy(second.refreshToken);

    expect(fixture.read(third.refreshToken)).toMatchObject({
      sessionId: fixture.first.session.id,
      number: 2,
    });
    expect(new Set([fixture.first, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3);
    const claims = fixture.accessTokens.open(third.accessToken);
    const nowSeconds = fixture.clock.now().getTime() / 1000;
    expect(claims).toMatchObject({ sid: fixture.first.session.id, iat: nowSeconds, exp: nowSeconds + 900 });
  });

  it('does not move the time of the sign-in', async () => {
    const fixture = await signedInFixture();
    const { auth_time: before } = fixture.accessTokens.open(fixture.first.accessToken) ?? {};
    fixture.clock.advance(600);

    const { accessToken, session } = await fixture.refreshBy(fixture.first.refreshToken);

    expect(fixture.accessTokens.open(accessToken)).toMatchObject({ auth_time: before });
    expect(session.authTime).toEqual(fixture.first.session.authTime);
  });

  it('tells how long the token is good for from now', async () => {
    const fixture = await signedInFixture();
    fixture.clock.advance(600);

    expect((await fixture.refreshBy(fixture.first.refreshToken)).refreshTokenSeconds).toBe(
      REFRESH_TOKEN_SECONDS,
    );
  });

  it('shows the user as they are now', async () => {
    const fixture = await signedInFixture();
    await fixture.store.unitOfWork.run(fixture.tenant.id, ({ users }) =>
      users.addRole(fixture.user.id, 'admin'),
    );

    const { accessToken } = await fixture.refreshBy(fixture.first.refreshToken);

    expect(fixture.accessTokens.open(accessToken)).toMatchObject({ roles: ['admin', 'member'] });
  });

  it('is no event when it succeeds', async () => {
    const fixture = await signedInFixture();

    await fixture.refreshBy(fixture.first.refreshToken);

    expect(auditTypes(fixture)).toEqual(['login.succeeded']);
  });

  // A lost answer, or a second tab: api.md, POST /auth/refresh.
  it('answers parallel calls with one and the same successor, which works', async () => {
    const fixture = await signedInFixture();

    const answers = await Promise.all(
      Array.from({ length: 16 }, () => fixture.refreshBy(fixture.first.refreshToken)),
    );

    const [successor, ...others] = new Set(answers.map(({ refreshToken }) => refreshToken));
    expect(others).toEqual([]);
    expect(fixture.read((await fixture.refreshBy(successor ?? '')).refreshToken).number).toBe(2);
    expect(auditTypes(fixture)).toEqual(['login.succeeded']);
  });

  it.each([
    ['within the grace', 9, true],
    ['when the grace is over', 10, false],
  ])('%s takes the newest spent token once more: %i s', async (_when, seconds, isTaken) => {
    const fixture = await signedInFixture();
    const second = await fixture.refreshBy(fixture.first.refreshToken);
    fixture.clock.advance(seconds);

    const again = fixture.refreshBy(fixture.first.refreshToken);

    await (isTaken
      ? expect(again).resolves.toMatchObject({ refreshToken: second.refreshToken })
      : expect(again).rejects.toMatchObject({ code: 'refresh_token_invalid' }));
    expect(await isLive(fixture, fixture.first.session)).toBe(isTaken);
  });
});

// RFC 9700, section 4.14.2: the thief and the owner cannot be told apart, so both lose the session.
describe('a spent token out of turn', () => {
  it('ends the session, and that outlasts the refusal', async () => {
    const fixture = await signedInFixture();
    const second = await fixture.refreshBy(fixture.first.refreshToken);
    const third = await fixture.refreshBy(second.refreshToken);

    await expect(fixture.refreshBy(fixture.first.refreshToken)).rejects.toMatchObject({
      code: 'refresh_token_invalid',
    });

    expect(await isLive(fixture, fixture.first.session)).toBe(false);
    await expect(fixture.refreshBy(third.refreshToken)).rejects.toMatchObject({
      code: 'refresh_token_invalid',
    });
    const use = { named: null, route: '/auth/me', context: CONTEXT };
    await expect(fixture.authenticate.session(third.accessToken, use)).rejects.toMatchObject({
      code: 'session_revoked',
    });
  });

  it('is told once, as critical, however many come at once', async () => {
    const fixture = await signedInFixture({ graceSeconds: 0 });
    await fixture.refreshBy(fixture.first.refreshToken);

    const attempts = await Promise.allSettled(
      Array.from({ length: 16 }, () => fixture.refreshBy(fixture.first.refreshToken)),
    );

    expect(attempts.every(({ status }) => status === 'rejected')).toBe(true);
    const told = fixture.store
      .auditOf(fixture.tenant.id)
      .filter(({ type }) => type === 'session.refresh_token_reused');
    expect(told).toEqual([
      expect.objectContaining({
        outcome: 'failure',
        actor: { type: 'user', id: fixture.user.id },
        target: { type: 'session', id: fixture.first.session.id },
        ip: CONTEXT.ip,
      }),
    ]);
  });

  it('leaves the other sessions of the user alone', async () => {
    const fixture = await signedInFixture({ graceSeconds: 0 });
    const other = await signIn(fixture);
    await fixture.refreshBy(fixture.first.refreshToken);

    await expect(fixture.refreshBy(fixture.first.refreshToken)).rejects.toThrow();

    expect(await isLive(fixture, other.session)).toBe(true);
  });
});

it('says that a tenant is suspended, and spends nothing', async () => {
  const fixture = await signedInFixture({ graceSeconds: 0 });
  const { tamper } = fixture.store;
  await tamper.setTenantStatus(fixture.tenant.id, 'suspended');

  await expect(fixture.refreshBy(fixture.first.refreshToken)).rejects.toMatchObject({
    code: 'tenant_suspended',
  });
  await tamper.setTenantStatus(fixture.tenant.id, 'active');

  expect(fixture.read((await fixture.refreshBy(fixture.first.refreshToken)).refreshToken).number).toBe(1);
});

it('reads what it wrote itself and nothing else', async () => {
  const { readRefreshToken, first, read, macKeys } = await signedInFixture();
  const token = read(first.refreshToken);

  expect(readRefreshToken(writeRefreshToken(macKeys, token))).toEqual(token);
  const last = first.refreshToken.endsWith('A') ? 'Q' : 'A';
  expect(readRefreshToken(`${first.refreshToken.slice(0, -1)}${last}`)).toBeNull();
  expect(readRefreshToken('')).toBeNull();
});
