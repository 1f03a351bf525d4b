import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../../core/kernel/ids.ts';
import type { AccessTokenClaims } from '../../../core/tokens/index.ts';
import { auditTypes, signIn } from '../../support/requests.ts';
import {
  ACCESS_TOKEN_SECONDS,
  addTenant,
  addUser,
  CONTEXT,
  serviceFixture,
} from '../../support/service-fixture.ts';

const TOLERANCE_SECONDS = 30;
const USE = { named: null, route: '/auth/me', context: CONTEXT };

/** A user who has just signed in, and the means to sign any claims with our own key. */
async function signedInFixture() {
  const fixture = await serviceFixture();
  const user = await addUser(fixture);
  const { accessToken, session } = await signIn(fixture);
  const claims = fixture.accessTokens.open(accessToken) as unknown as AccessTokenClaims;
  const sign = (change: Partial<AccessTokenClaims>) => fixture.accessTokens.sign({ ...claims, ...change });
  const owner = { tenantId: fixture.tenant.id, userId: user.id, sessionId: session.id };
  return { ...fixture, user, session, accessToken, sign, owner };
}

describe('authenticate.session', () => {
  it('answers the live session behind a token, with its user and tenant as they are now', async () => {
    const { store, tenant, user, session, accessToken, authenticate } = await signedInFixture();
    await store.unitOfWork.run(tenant.id, ({ users }) => users.addRole(user.id, 'admin'));

    const live = await authenticate.session(accessToken, USE);

    expect(live).toMatchObject({
      ...{
        session: { id: session.id },
        user: { id: user.id, roles: ['admin', 'member'] },
        tenant: { id: tenant.id },
      },
    });
  });

  it.each([
    ['nothing', () => ''],
    ['what is no token', () => 'x.y.z'],
    ['a changed signature', (token: string) => `${token.slice(0, -6)}AAAAAA`],
    ['a token without its signature', (token: string) => token.slice(0, token.lastIndexOf('.') + 1)],
  ])('refuses %s as invalid', async (_what, alter) => {
    const { authenticate, accessToken } = await signedInFixture();

    await expect(authenticate.session(alter(accessToken), USE)).rejects.toMatchObject({
      code: 'token_invalid',
    });
  });

  it('refuses claims that are not ours, though we signed them', async () => {
    const { authenticate, sign, tenant } = await signedInFixture();
    const other = '01900000-0000-7000-8000-000000000009';

    for (const change of [
      { iss: 'https://evil.example.com' },
      { uid: other as never },
      { aud: 'another audience' },
    ]) {
      await expect(authenticate.session(sign(change), USE)).rejects.toMatchObject({ code: 'token_invalid' });
    }
    await expect(authenticate.session(sign({ aud: tenant.id }), USE)).resolves.toBeDefined();
  });

  it('refuses a token of a tenant that does not exist as invalid', async () => {
    const { authenticate, sign, crypto } = await signedInFixture();
    const tid = crypto.newId() as TenantId;

    await expect(authenticate.session(sign({ tid, aud: tid }), USE)).rejects.toMatchObject({
      code: 'token_invalid',
    });
  });

  it.each([
    ['the last second of the tolerance', ACCESS_TOKEN_SECONDS + TOLERANCE_SECONDS - 1, null],
    ['the second after', ACCESS_TOKEN_SECONDS + TOLERANCE_SECONDS, 'token_expired'],
  ])('judges a token in %s', async (_when, seconds, code) => {
    const { authenticate, accessToken, clock } = await signedInFixture();
    clock.advance(seconds);

    const attempt = authenticate.session(accessToken, USE);

    await (code ? expect(attempt).rejects.toMatchObject({ code }) : expect(attempt).resolves.toBeDefined());
  });

  it('refuses a token whose session was ended, at once', async () => {
    const { authenticate, accessToken, logOut, owner } = await signedInFixture();
    await authenticate.session(accessToken, USE);

    await logOut(owner, { presented: null, context: CONTEXT });

    await expect(authenticate.session(accessToken, USE)).rejects.toMatchObject({ code: 'session_revoked' });
  });

  it('refuses a token whose user is not active any more, at once', async () => {
    const { authenticate, accessToken, store, tenant, user } = await signedInFixture();

    await store.tamper.setUserStatus(tenant.id, user.id, 'suspended');

    await expect(authenticate.session(accessToken, USE)).rejects.toMatchObject({ code: 'session_revoked' });
  });

  it('refuses a token that pairs a session with another user', async () => {
    const fixture = await signedInFixture();
    const other = fixture.crypto.newId() as typeof fixture.user.id;

    const attempt = fixture.authenticate.session(fixture.sign({ sub: other, uid: other }), USE);

    await expect(attempt).rejects.toMatchObject({ code: 'session_revoked' });
  });

  it("refuses a token of a suspended tenant by that tenant's state", async () => {
    const { authenticate, accessToken, store, tenant } = await signedInFixture();
    await store.tamper.setTenantStatus(tenant.id, 'suspended');

    await expect(authenticate.session(accessToken, USE)).rejects.toMatchObject({ code: 'tenant_suspended' });
  });
});

describe('a request that names another tenant than its token', () => {
  it('is refused, and told in the tenant of the token', async () => {
    const fixture = await signedInFixture();
    const other = await addTenant(fixture, 'other');

    for (const named of ['other', other.id, 'nobody']) {
      const attempt = fixture.authenticate.session(fixture.accessToken, { ...USE, named });
      await expect(attempt).rejects.toMatchObject({ code: 'tenant_mismatch' });
    }

    expect(fixture.store.auditOf(other.id)).toEqual([]);
    expect(fixture.store.auditOf(fixture.tenant.id).slice(1)).toEqual([
      expect.objectContaining({
        type: 'access.denied',
        outcome: 'failure',
        actor: { type: 'user', id: fixture.user.id },
        target: { type: 'session', id: fixture.session.id },
        data: { route: '/auth/me', reason: 'tenant_mismatch' },
        ip: CONTEXT.ip,
      }),
    ]);
  });

  it('is told once a minute for each route', async () => {
    const fixture = await signedInFixture();
    const { authenticate, accessToken, clock } = fixture;
    const attempt = (route: string) =>
      expect(authenticate.session(accessToken, { ...USE, route, named: 'other' })).rejects.toThrow();

    for (const seconds of [0, 59, 1]) {
      clock.advance(seconds);
      await Promise.all([attempt('/auth/me'), attempt('/auth/me'), attempt('/auth/logout')]);
    }

    expect(auditTypes(fixture)).toEqual(['login.succeeded', ...Array(4).fill('access.denied')]);
  });

  it('is refused so even while its own tenant is suspended', async () => {
    const { authenticate, accessToken, store, tenant } = await signedInFixture();
    await store.tamper.setTenantStatus(tenant.id, 'suspended');

    const attempt = authenticate.session(accessToken, { ...USE, named: 'other' });

    await expect(attempt).rejects.toMatchObject({ code: 'tenant_mismatch' });
  });

  it('is none where it names the same tenant by slug or id', async () => {
    const { authenticate, accessToken, tenant, session } = await signedInFixture();

    for (const named of ['acme', tenant.id, tenant.id.toUpperCase()]) {
      expect((await authenticate.session(accessToken, { ...USE, named })).session.id).toBe(session.id);
    }
  });
});

// A log-out must work with what is left of a session.
describe('authenticate.subject', () => {
  it('tells whom a genuine token names although it has expired and its session has ended', async () => {
    const { authenticate, accessToken, logOut, owner, clock } = await signedInFixture();
    await logOut(owner, { presented: null, context: CONTEXT });
    clock.advance(30 * 86_400);

    expect(authenticate.subject(accessToken)).toEqual({ ...owner, audience: owner.tenantId });
  });

  it('refuses a forged one', async () => {
    const { authenticate, accessToken } = await signedInFixture();

    expect(() => authenticate.subject(`${accessToken.slice(0, -6)}AAAAAA`)).toThrow(
      expect.objectContaining({ code: 'token_invalid' }),
    );
  });
});
