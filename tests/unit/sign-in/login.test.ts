import { describe, expect, it } from 'vitest';
import { username } from '../../support/parsed.ts';
import { findUser, loginRequest, signIn } from '../../support/requests.ts';
import {
  ACCESS_TOKEN_SECONDS,
  addTenant,
  addUser,
  CONTEXT,
  ISSUER,
  REFRESH_TOKEN_SECONDS,
  type ServiceFixture,
  serviceFixture,
} from '../../support/service-fixture.ts';
import { callLog } from '../../support/unit-of-work.ts';

const lastEvent = ({ store, tenant }: ServiceFixture) => store.auditOf(tenant.id).at(-1);

describe('a right password', () => {
  it('begins a session and answers tokens of it', async () => {
    const fixture = await serviceFixture();
    const user = await addUser(fixture, { roles: ['admin', 'member'] });
    fixture.clock.advance(100);
    const now = fixture.clock.now();

    const signedIn = await fixture.login(loginRequest(fixture, { deviceName: 'Laptop' }));

    expect(signedIn).toMatchObject({
      user: { id: user.id, lastLoginAt: now },
      session: { userId: user.id, amr: ['pwd'], aal: 1, authTime: now, deviceName: 'Laptop', ip: CONTEXT.ip },
      accessTokenSeconds: ACCESS_TOKEN_SECONDS,
      refreshTokenSeconds: REFRESH_TOKEN_SECONDS,
    });
    const nowSeconds = now.getTime() / 1000;
    expect(fixture.accessTokens.open(signedIn.accessToken)).toEqual({
      iss: ISSUER,
      aud: fixture.tenant.id,
      sub: user.id,
      uid: user.id,
      tid: fixture.tenant.id,
      ...{
        sid: signedIn.session.id,
        email: 'ada@example.com',
        email_verified: true,
        roles: ['admin', 'member'],
      },
      ...{
        amr: ['pwd'],
        aal: 1,
        auth_time: nowSeconds,
        iat: nowSeconds,
        exp: nowSeconds + ACCESS_TOKEN_SECONDS,
      },
      jti: expect.any(String),
    });
    expect(fixture.readRefreshToken(signedIn.refreshToken)).toMatchObject({
      tenantId: fixture.tenant.id,
      sessionId: signedIn.session.id,
      number: 0,
    });
  });

  it('is told in the audit, with what was proved', async () => {
    const fixture = await serviceFixture();
    const user = await addUser(fixture);

    const { session } = await signIn(fixture);

    expect(fixture.store.auditOf(fixture.tenant.id)).toEqual([
      {
        type: 'login.succeeded',
        outcome: 'success',
        actor: { type: 'user', id: user.id },
        target: { type: 'session', id: session.id },
        data: { amr: ['pwd'], aal: 1 },
        ip: CONTEXT.ip,
        userAgent: CONTEXT.userAgent,
        addresses: {},
      },
    ]);
  });

  it('signs in by username too', async () => {
    const fixture = await serviceFixture();
    const user = await addUser(fixture, { username: username('ada') });

    const signedIn = await fixture.login(loginRequest(fixture, { as: 'ADA' }));

    expect(signedIn.user.id).toBe(user.id);
  });

  it('is known however its accents are spelled', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture, { passwordHash: await fixture.hasher.hash('jos\u00e9', fixture.tenant.id) });

    const signedIn = await fixture.login(loginRequest(fixture, { password: 'jose\u0301' }));

    expect(signedIn.session.amr).toEqual(['pwd']);
  });

  it('costs one comparison', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture);

    await signIn(fixture);

    expect(fixture.hasher.comparisons()).toBe(1);
  });

  it('does not sign in while the address is to be verified', async () => {
    const fixture = await serviceFixture();
    const user = await addUser(fixture, { emailVerified: false });

    await expect(signIn(fixture)).rejects.toMatchObject({ code: 'email_not_verified' });

    expect(lastEvent(fixture)).toMatchObject({
      ...{
        type: 'login.failed',
        target: { type: 'user', id: user.id },
        data: { reason: 'email_not_verified' },
      },
    });
    expect((await findUser(fixture))?.lastLoginAt).toBeNull();
  });

  it('signs in unverified where verification is not required', async () => {
    const fixture = await serviceFixture({ emailVerificationRequired: false });
    await addUser(fixture, { emailVerified: false });

    expect((await signIn(fixture)).user.emailVerified).toBe(false);
  });

  it('signs nobody in where the tenant has no such user, though another has', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture);
    const other = await addTenant(fixture, 'other');

    await expect(fixture.login(loginRequest(fixture, { tenant: other }))).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
  });
});

// On Postgres the lock keeps the account as it was judged until the session has begun.
// Besides, what a sign-in costs of which there is nothing to tell: one look at the sessions that went before.
it('locks the user before anything is judged or begun', async () => {
  const { around, take } = callLog();
  const fixture = await serviceFixture({ around });
  await addUser(fixture);

  await signIn(fixture);

  expect(take()).toEqual([
    'attempts.hold',
    'users.lock',
    'sessions.endOldestOf',
    'sessions.recentOf',
    'sessions.insert',
    'users.recordLogin',
    'knownDevices.touch',
    'audit.record',
    'attempts.succeed',
  ]);
});

// Rule 10: a sign-in that began before a change of credentials does not complete.
it('does not complete when the credential changed between comparison and lock', async () => {
  const fixture = await serviceFixture();
  const user = await addUser(fixture);
  const { tamper } = fixture.store;
  fixture.hasher.duringNextComparison(async () => {
    await tamper.setUserStatus(fixture.tenant.id, user.id, 'suspended');
    await tamper.setUserStatus(fixture.tenant.id, user.id, 'active');
  });

  await expect(signIn(fixture)).rejects.toMatchObject({ code: 'invalid_credentials' });

  expect(lastEvent(fixture)).toMatchObject({ type: 'login.failed', data: { reason: 'credential_changed' } });
  expect((await signIn(fixture)).user.id).toBe(user.id);
});

it('completes although the hash was renewed meanwhile, for the password is still the same', async () => {
  const fixture = await serviceFixture();
  const user = await addUser(fixture);
  const identifier = { kind: 'email', email: user.email } as const;
  const { passwordHash } = (await fixture.store.credentialLookup.find(fixture.tenant.id, identifier, [])) ?? {
    passwordHash: null,
  };
  fixture.hasher.duringNextComparison(() =>
    fixture.store.unitOfWork.run(fixture.tenant.id, ({ users }) =>
      users.replacePasswordHash(user.id, passwordHash ?? '', 'fake$2$1$another'),
    ),
  );

  expect((await signIn(fixture)).user.id).toBe(user.id);
});
