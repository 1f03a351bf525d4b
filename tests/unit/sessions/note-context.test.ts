import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../../core/kernel/request-context.ts';
import { type ContextChange, createRefresh, type OnContextChanged } from '../../../core/sessions/index.ts';
import { noteContext } from '../../../core/sessions/note-context.ts';
import { auditTypes } from '../../support/requests.ts';
import { ACCESS_TOKEN_SECONDS, CONTEXT, ISSUER } from '../../support/service-fixture.ts';
import { type SignedInFixture, signedInFixture } from '../../support/signed-in-fixture.ts';

const ELSEWHERE: RequestContext = { ip: '198.51.100.9', userAgent: 'another browser', requestId: 'r2' };
const changed = (fixture: SignedInFixture) =>
  fixture.store.auditOf(fixture.tenant.id).filter(({ type }) => type === 'session.context_changed');
const refreshFrom = (fixture: SignedInFixture, context: RequestContext, text = fixture.first.refreshToken) =>
  fixture.refresh(fixture.read(text), { named: null, context });

async function rowOf({ store, tenant, first: { session } }: SignedInFixture) {
  const stored = await store.unitOfWork.run(tenant.id, ({ sessions }) => sessions.find(session.id));
  return { ip: stored?.session.ip, userAgent: stored?.session.userAgent };
}

describe('a refresh from elsewhere', () => {
  it.each([
    ['another network', { ...CONTEXT, ip: '203.0.112.7' }, ['network']],
    ['an address of the other family', { ...CONTEXT, ip: '2001:db8::1' }, ['network']],
    ['another user agent', { ...CONTEXT, userAgent: 'another browser' }, ['user_agent']],
    ['no user agent', { ...CONTEXT, userAgent: null }, ['user_agent']],
    ['both', ELSEWHERE, ['user_agent', 'network']],
  ])('is noted and told with its reasons: %s', async (_what, context, reason) => {
    const fixture = await signedInFixture();

    const { session } = await refreshFrom(fixture, context);

    const { ip, userAgent } = context;
    expect(changed(fixture)).toEqual([
      {
        ...{ type: 'session.context_changed', outcome: 'success', data: { reason, at: 'refresh' } },
        ...{ actor: { type: 'user', id: fixture.user.id }, target: { type: 'session', id: session.id } },
        ...{ ip, userAgent, addresses: {} },
      },
    ]);
    expect([await rowOf(fixture), { ip: session.ip, userAgent: session.userAgent }]).toEqual([
      { ip, userAgent },
      { ip, userAgent },
    ]);
  });

  it('is noted and not told within the network', async () => {
    const fixture = await signedInFixture();

    await refreshFrom(fixture, { ...CONTEXT, ip: '203.0.113.99' });

    expect(await rowOf(fixture)).toEqual({ ip: '203.0.113.99', userAgent: CONTEXT.userAgent });
    expect(changed(fixture)).toEqual([]);
  });

  it('is told again when it comes back, and not while it stays', async () => {
    const fixture = await signedInFixture();

    const second = await refreshFrom(fixture, ELSEWHERE);
    const third = await refreshFrom(fixture, ELSEWHERE, second.refreshToken);
    await refreshFrom(fixture, CONTEXT, third.refreshToken);

    expect(changed(fixture).map(({ ip }) => ip)).toEqual([ELSEWHERE.ip, CONTEXT.ip]);
  });

  it('is nothing to tell where the socket does not say from where, and forgets no address', async () => {
    const fixture = await signedInFixture();

    await refreshFrom(fixture, { ...CONTEXT, ip: null });

    expect([await rowOf(fixture), changed(fixture)]).toEqual([
      { ip: CONTEXT.ip, userAgent: CONTEXT.userAgent },
      [],
    ]);
  });

  it('is noted once of many that retry within the grace, and by none of their retries', async () => {
    const fixture = await signedInFixture();

    await Promise.all(Array.from({ length: 16 }, () => refreshFrom(fixture, ELSEWHERE)));
    await refreshFrom(fixture, { ...ELSEWHERE, ip: '192.0.2.1' });

    expect(changed(fixture)).toHaveLength(1);
    expect(await rowOf(fixture)).toEqual({ ip: ELSEWHERE.ip, userAgent: ELSEWHERE.userAgent });
  });

  // Two refreshes in a row may both have been before the note of the first.
  it('is told once by many that saw the same row, of which one noted it', async () => {
    const fixture = await signedInFixture();
    const { store, tenant, first } = fixture;
    const seen = { tenant, user: first.user, session: first.session };

    await Promise.all(Array.from({ length: 16 }, () => noteContext(store, seen, ELSEWHERE)));

    expect(changed(fixture)).toHaveLength(1);
  });

  it('asks nobody where nothing has changed', async () => {
    let units = 0;
    const fixture = await signedInFixture({
      around: (unitOfWork) => ({
        run(tenantId, work) {
          units += 1;
          return unitOfWork.run(tenantId, work);
        },
      }),
    });
    const before = units;

    await fixture.refreshBy(fixture.first.refreshToken);

    expect(units).toBe(before);
  });
});

describe('whoever is told of a session that goes on from elsewhere', () => {
  const lost: unknown[] = [];
  const withHook = (fixture: SignedInFixture, onContextChanged: OnContextChanged) => {
    const { store, accessTokens, macKeys, clock, crypto, tenantDefaults } = fixture;
    const refresh = createRefresh({
      ...{ accessTokens, macKeys, clock, crypto, tenantDefaults, onContextChanged, issuer: ISSUER },
      ...{ unitOfWork: store.unitOfWork, sessionStore: store.sessionStore, tenants: store.tenantDirectory },
      accessTokenSeconds: ACCESS_TOKEN_SECONDS,
      places: { find: () => null },
      sessions: fixture.sessions,
      onNoteLost: (error) => lost.push(error),
    });
    const token = fixture.read(fixture.first.refreshToken);
    return (context: RequestContext) => refresh(token, { named: null, context });
  };

  it('is told once, of what it was and what it is, and may write in the same unit of work', async () => {
    const fixture = await signedInFixture();
    const told: ContextChange[] = [];
    const refresh = withHook(fixture, async ({ audit }, change) => {
      told.push(change);
      const { tenant, user, context } = change;
      const target = { type: 'tenant', id: tenant.id };
      await audit.record({
        ...{ type: 'user.registered', outcome: 'success', context, target },
        actor: { type: 'user', id: user.id },
      });
    });

    await Promise.all([refresh(ELSEWHERE), refresh(ELSEWHERE), refresh(ELSEWHERE)]);

    const { tenant, first } = fixture;
    expect(told).toEqual([
      {
        ...{
          tenant,
          user: first.user,
          session: expect.objectContaining({ id: first.session.id }),
          context: ELSEWHERE,
        },
        from: { ip: CONTEXT.ip, userAgent: CONTEXT.userAgent },
        to: { ip: ELSEWHERE.ip, userAgent: ELSEWHERE.userAgent },
        reasons: ['user_agent', 'network'],
      },
    ]);
    expect(auditTypes(fixture).slice(-2)).toEqual(['session.context_changed', 'user.registered']);
  });

  it('is not told of a change within the network', async () => {
    const fixture = await signedInFixture();
    const told: ContextChange[] = [];
    const refresh = withHook(fixture, async (_repositories, change) => void told.push(change));

    await refresh({ ...CONTEXT, ip: '203.0.113.99' });

    expect(told).toEqual([]);
  });

  // The token is spent by then: refused, its owner would come back with a spent one.
  it('undoes the note where it throws but not the refresh, so that the next one notes it', async () => {
    const fixture = await signedInFixture();
    const refresh = withHook(fixture, async () => {
      throw new Error('nobody may know');
    });

    const refreshed = await refresh(ELSEWHERE);

    expect(lost).toEqual([new Error('nobody may know')]);
    expect(refreshed.session).toMatchObject({ ip: CONTEXT.ip, userAgent: CONTEXT.userAgent });
    expect(changed(fixture)).toEqual([]);
    expect(await rowOf(fixture)).toEqual({ ip: CONTEXT.ip, userAgent: CONTEXT.userAgent });
    const again = await refreshFrom(fixture, CONTEXT);
    await refreshFrom(fixture, ELSEWHERE, again.refreshToken);
    expect(changed(fixture)).toHaveLength(1);
  });
});
