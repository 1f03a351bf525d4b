import { describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '../../../core/kernel/ids.ts';
import type { RequestContext } from '../../../core/kernel/request-context.ts';
import type { RefreshToken, SignedIn } from '../../../core/sessions/index.ts';
import { email } from '../../support/parsed.ts';
import { auditTypes, loginRequest, signIn } from '../../support/requests.ts';
import { addTenant, addUser, CONTEXT, REFRESH_TOKEN_SECONDS } from '../../support/service-fixture.ts';
import { isLive, type SignedInFixture, signedInFixture } from '../../support/signed-in-fixture.ts';

const ELSEWHERE: RequestContext = { ip: '198.51.100.9', userAgent: 'another browser', requestId: 'r2' };
const GRACE_SECONDS = 10;

const ownerOf = ({ session }: SignedIn) => ({
  tenantId: session.tenantId,
  userId: session.userId,
  sessionId: session.id,
});
const logOut = (
  fixture: SignedInFixture,
  presented: RefreshToken | null = null,
  context: RequestContext = CONTEXT,
) => fixture.logOut(ownerOf(fixture.first), { presented, context });
const eventsOf = ({ store, tenant }: SignedInFixture, type: string) =>
  store.auditOf(tenant.id).filter((event) => event.type === type);
const ENDED = 'session.ended';
const REJECTED = 'session.refresh_token_rejected';
const CHANGED = 'session.context_changed';

describe('a sign-out', () => {
  it("ends the owner's own session and no other, and tells of it", async () => {
    const fixture = await signedInFixture();
    const other = await signIn(fixture);

    await logOut(fixture);

    expect(await isLive(fixture, fixture.first.session)).toBe(false);
    expect(await isLive(fixture, other.session)).toBe(true);
    expect(eventsOf(fixture, ENDED)).toEqual([
      expect.objectContaining({
        actor: { type: 'user', id: fixture.user.id },
        target: { type: 'session', id: fixture.first.session.id },
        data: { reason: 'logout' },
        ip: CONTEXT.ip,
      }),
    ]);
  });

  it('changes and tells nothing a second time, not even from elsewhere', async () => {
    const fixture = await signedInFixture();
    await logOut(fixture);

    await logOut(fixture, null, ELSEWHERE);

    expect(auditTypes(fixture)).toEqual(['login.succeeded', ENDED]);
  });

  it('changes and tells nothing for a session that never was', async () => {
    const fixture = await signedInFixture();
    const owner = { ...ownerOf(fixture.first), sessionId: fixture.crypto.newId() as SessionId };

    await fixture.logOut(owner, { presented: null, context: ELSEWHERE });

    expect(await isLive(fixture, fixture.first.session)).toBe(true);
    expect(auditTypes(fixture)).toEqual(['login.succeeded']);
  });

  it('is told in an event of its own where it comes from elsewhere', async () => {
    const fixture = await signedInFixture();

    await logOut(fixture, null, ELSEWHERE);

    expect(eventsOf(fixture, CHANGED)).toEqual([
      {
        ...{ type: CHANGED, outcome: 'success' },
        data: { reason: ['user_agent', 'network'], at: 'logout' },
        ...{ actor: { type: 'user', id: fixture.user.id } },
        ...{ target: { type: 'session', id: fixture.first.session.id } },
        ...{ ip: ELSEWHERE.ip, userAgent: ELSEWHERE.userAgent, addresses: {} },
      },
    ]);
    expect(eventsOf(fixture, ENDED)).toHaveLength(1);
  });

  it.each([
    ['another address of the network', { ...CONTEXT, ip: '203.0.113.99' }],
    ['an address that nobody knows', { ...CONTEXT, ip: null }],
  ])('is nothing more than a sign-out from %s', async (_where, context) => {
    const fixture = await signedInFixture();
    await logOut(fixture, null, context);
    expect(auditTypes(fixture)).toEqual(['login.succeeded', ENDED]);
  });
});

describe('a refresh token that comes along', () => {
  it('is nothing to tell of where it is the good one, or was a moment ago', async () => {
    for (const wait of [0, GRACE_SECONDS - 1]) {
      const fixture = await signedInFixture();
      const { first, read } = fixture;
      if (wait > 0) await fixture.refreshBy(first.refreshToken);
      fixture.clock.advance(wait);

      await logOut(fixture, read(first.refreshToken));

      expect(auditTypes(fixture)).toEqual(['login.succeeded', ENDED]);
      expect(await isLive(fixture, first.session)).toBe(false);
    }
  });

  type Arrange = (fixture: SignedInFixture) => Promise<RefreshToken>;
  const REFUSED: readonly (readonly [string, string, Arrange])[] = [
    [
      'spent longer ago than the grace',
      'reused',
      async (fixture) => {
        await fixture.refreshBy(fixture.first.refreshToken);
        fixture.clock.advance(GRACE_SECONDS);
        return fixture.read(fixture.first.refreshToken);
      },
    ],
    [
      'spent before the newest spent one',
      'reused',
      async (fixture) => {
        const second = await fixture.refreshBy(fixture.first.refreshToken);
        await fixture.refreshBy(second.refreshToken);
        return fixture.read(fixture.first.refreshToken);
      },
    ],
    [
      'of a session that has ended',
      'ended',
      async (fixture) => {
        await logOut(fixture);
        return fixture.read(fixture.first.refreshToken);
      },
    ],
    [
      'of a session that has expired',
      'expired',
      async (fixture) => {
        fixture.clock.advance(REFRESH_TOKEN_SECONDS);
        return fixture.read(fixture.first.refreshToken);
      },
    ],
    ['ahead of its row', 'ahead', async ({ read, first }) => ({ ...read(first.refreshToken), number: 1 })],
  ];

  it.each(REFUSED)('is told of where it is %s: %s', async (_what, reason, arrange) => {
    const fixture = await signedInFixture({ graceSeconds: GRACE_SECONDS });
    const presented = await arrange(fixture);

    await logOut(fixture, presented);

    expect(eventsOf(fixture, REJECTED)).toEqual([
      expect.objectContaining({
        ...{ outcome: 'failure', actor: { type: 'anonymous', id: null }, ip: CONTEXT.ip },
        target: { type: 'session', id: fixture.first.session.id },
        data: { reason, user_id: fixture.user.id, at: 'logout' },
      }),
    ]);
    expect(eventsOf(fixture, 'session.refresh_token_reused')).toEqual([]);
    expect(await isLive(fixture, fixture.first.session)).toBe(false);
  });

  it('is told of at once where there is no grace', async () => {
    const fixture = await signedInFixture({ graceSeconds: 0 });
    await fixture.refreshBy(fixture.first.refreshToken);

    await logOut(fixture, fixture.read(fixture.first.refreshToken));

    expect(eventsOf(fixture, REJECTED).map(({ data }) => data['reason'])).toEqual(['reused']);
  });

  it('of another session is told of there, and that session lives on', async () => {
    const fixture = await signedInFixture();
    await addUser(fixture, { email: email('grace@example.com') });
    const grace = await fixture.login(loginRequest(fixture, { as: 'grace@example.com' }));

    for (const other of [await signIn(fixture), grace]) {
      await logOut(fixture, fixture.read(other.refreshToken));

      expect(eventsOf(fixture, REJECTED).at(-1)).toMatchObject({
        target: { type: 'session', id: other.session.id },
        data: { reason: 'other_session', user_id: other.user.id, at: 'logout' },
      });
      expect(await isLive(fixture, other.session)).toBe(true);
      expect((await fixture.refreshBy(other.refreshToken)).session.id).toBe(other.session.id);
    }
  });

  it('of another tenant is told of there and not here, and its session lives on', async () => {
    const fixture = await signedInFixture();
    const tenant = await addTenant(fixture, 'other');
    await addUser(fixture, { id: fixture.crypto.newId() as UserId }, tenant.id);
    const other = await fixture.login(loginRequest({ ...fixture, tenant }));

    await logOut(fixture, fixture.read(other.refreshToken));

    expect(auditTypes(fixture)).toEqual(['login.succeeded', ENDED]);
    expect(fixture.store.auditOf(tenant.id).at(-1)).toMatchObject({
      ...{ type: REJECTED, target: { type: 'session', id: other.session.id } },
      data: { reason: 'other_tenant', user_id: other.user.id, at: 'logout' },
    });
    expect(await isLive({ ...fixture, tenant }, other.session)).toBe(true);
  });

  it.each([
    ['another secret', async (token: RefreshToken) => ({ ...token, number: 5, secret: new Uint8Array(16) })],
    [
      'a session that never was',
      async (token: RefreshToken, { crypto }: SignedInFixture) => ({
        ...token,
        sessionId: crypto.newId() as SessionId,
      }),
    ],
    [
      'a tenant that does not have it',
      async (token: RefreshToken, fixture: SignedInFixture) => ({
        ...token,
        tenantId: (await addTenant(fixture, 'other')).id,
      }),
    ],
  ])('is told to nobody where it names %s', async (_what, change) => {
    const fixture = await signedInFixture();
    const presented = await change(fixture.read(fixture.first.refreshToken), fixture);

    await logOut(fixture, presented);

    expect(auditTypes(fixture)).toEqual(['login.succeeded', ENDED]);
    expect(fixture.store.auditOf(presented.tenantId)).toHaveLength(
      presented.tenantId === fixture.tenant.id ? 2 : 0,
    );
  });
});
