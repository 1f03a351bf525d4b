import { describe, expect, it } from 'vitest';
import { NotFound } from '../../../core/kernel/errors.ts';
import type { SessionId } from '../../../core/kernel/ids.ts';
import type { SignedIn } from '../../../core/sessions/index.ts';
import { email } from '../../support/parsed.ts';
import { loginRequest, signIn } from '../../support/requests.ts';
import {
  addUser,
  CONTEXT,
  type ServiceFixture,
  type ServiceOptions,
  serviceFixture,
} from '../../support/service-fixture.ts';
import { isLive } from '../../support/signed-in-fixture.ts';
import { callLog } from '../../support/unit-of-work.ts';

/** A user who is signed in on three devices. */
async function signedInFixture(options: ServiceOptions = {}) {
  const fixture = await serviceFixture(options);
  const user = await addUser(fixture);
  const devices = [await signIn(fixture), await signIn(fixture), await signIn(fixture)] as const;
  const owner = { tenantId: fixture.tenant.id, userId: user.id, sessionId: devices[0].session.id };
  return { ...fixture, user, devices, owner };
}

const areLive = (fixture: ServiceFixture, devices: readonly SignedIn[]): Promise<readonly boolean[]> =>
  Promise.all(devices.map(({ session }) => isLive(fixture, session)));

const endings = ({ store, tenant }: ServiceFixture) =>
  store.auditOf(tenant.id).filter(({ type }) => type === 'session.ended');

describe('endSessions.byId', () => {
  it("ends the user's session of that id and no other, and tells of it", async () => {
    const fixture = await signedInFixture();
    const [, { session: other }] = fixture.devices;

    await fixture.endSessions.byId(fixture.owner, other.id, CONTEXT);

    expect(await areLive(fixture, fixture.devices)).toEqual([true, false, true]);
    expect(endings(fixture)).toEqual([
      expect.objectContaining({
        ...{ actor: { type: 'user', id: fixture.user.id }, target: { type: 'session', id: other.id } },
        data: { reason: 'revoked' },
        ip: CONTEXT.ip,
      }),
    ]);
  });

  it('ends the session that asks as well', async () => {
    const fixture = await signedInFixture();

    await fixture.endSessions.byId(fixture.owner, fixture.owner.sessionId, CONTEXT);

    expect(await areLive(fixture, fixture.devices)).toEqual([false, true, true]);
  });

  // A list of sessions holds live ones only, so what has ended is no longer there to be ended.
  it('finds nothing in one that has ended, and tells of its end once', async () => {
    const fixture = await signedInFixture();
    const [, { session: other }] = fixture.devices;
    await fixture.endSessions.byId(fixture.owner, other.id, CONTEXT);

    const again = fixture.endSessions.byId(fixture.owner, other.id, CONTEXT);

    await expect(again).rejects.toMatchObject({ code: 'not_found' });
    expect(endings(fixture)).toHaveLength(1);
  });

  it('finds nothing in one that never was, and in one of another user, which lives on', async () => {
    const fixture = await signedInFixture();
    await addUser(fixture, { email: email('grace@example.com') });
    const grace = await fixture.login(loginRequest(fixture, { as: 'grace@example.com' }));

    for (const id of [fixture.crypto.newId() as SessionId, grace.session.id]) {
      const attempt = fixture.endSessions.byId(fixture.owner, id, CONTEXT);
      await expect(attempt).rejects.toEqual(new NotFound());
    }

    expect(await areLive(fixture, [...fixture.devices, grace])).toEqual([true, true, true, true]);
    expect(endings(fixture)).toEqual([]);
  });

  // On Postgres the lock lets a sign-in that is completing come wholly before or wholly after.
  it('locks the user before it ends anything', async () => {
    const { around, take } = callLog();
    const fixture = await signedInFixture({ around });
    const [, { session: other }] = fixture.devices;
    take();

    await fixture.endSessions.byId(fixture.owner, other.id, CONTEXT);

    expect(take().slice(0, 2)).toEqual(['users.lock', 'sessions.endOneOf']);
  });
});

describe('endSessions.all', () => {
  it('ends every session of the user, and tells of each', async () => {
    const fixture = await signedInFixture();

    await fixture.endSessions.all(fixture.owner, false, CONTEXT);

    expect(await areLive(fixture, fixture.devices)).toEqual([false, false, false]);
    expect(endings(fixture).map(({ data }) => data)).toEqual(Array(3).fill({ reason: 'logout_all' }));
  });

  it('keeps the current one where that is asked for', async () => {
    const fixture = await signedInFixture();

    await fixture.endSessions.all(fixture.owner, true, CONTEXT);

    expect(await areLive(fixture, fixture.devices)).toEqual([true, false, false]);
    expect(endings(fixture)).toHaveLength(2);
  });

  it('leaves the sessions of other users alone', async () => {
    const fixture = await signedInFixture();
    await addUser(fixture, { email: email('grace@example.com') });
    const grace = await fixture.login(loginRequest(fixture, { as: 'grace@example.com' }));

    await fixture.endSessions.all(fixture.owner, false, CONTEXT);

    expect(await areLive(fixture, [grace])).toEqual([true]);
  });

  // On Postgres the lock lets a sign-in that is completing come wholly before or wholly after.
  it('locks the user before it ends anything', async () => {
    const { around, take } = callLog();
    const fixture = await signedInFixture({ around });
    take();

    await fixture.endSessions.all(fixture.owner, false, CONTEXT);

    expect(take().slice(0, 2)).toEqual(['users.lock', 'sessions.endAllOf']);
  });
});
