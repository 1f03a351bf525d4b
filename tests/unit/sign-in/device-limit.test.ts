import { describe, expect, it } from 'vitest';
import { loginRequest, signIn } from '../../support/requests.ts';
import { addTenant, addUser, type ServiceFixture, serviceFixture } from '../../support/service-fixture.ts';
import { isLive } from '../../support/signed-in-fixture.ts';

describe('the limit on devices', () => {
  it('ends the oldest session for the newest, and says so', async () => {
    const fixture = await serviceFixture({ sessionMaxDevices: 2 });
    const user = await addUser(fixture);
    const [first, second] = [await signIn(fixture), await later(fixture)];

    const third = await later(fixture);

    const live = await Promise.all([first, second, third].map(({ session }) => isLive(fixture, session)));
    expect(live).toEqual([false, true, true]);
    expect(fixture.store.auditOf(fixture.tenant.id)).toContainEqual(
      expect.objectContaining({
        type: 'session.ended',
        actor: { type: 'user', id: user.id },
        target: { type: 'session', id: first.session.id },
        data: { reason: 'device_limit' },
      }),
    );
  });

  it('is the one that the tenant has set, where it has', async () => {
    const fixture = await serviceFixture();
    const tenant = await addTenant(fixture, 'strict', { session_max_devices: 1 });
    await addUser(fixture, {}, tenant.id);
    const first = await fixture.login(loginRequest(fixture, { tenant }));

    await fixture.login(loginRequest(fixture, { tenant }));

    expect(await isLive({ ...fixture, tenant }, first.session)).toBe(false);
  });

  it('holds for any number of sign-ins at once', async () => {
    const fixture = await serviceFixture({ sessionMaxDevices: 3, maxLoginAttempts: 16 });
    const user = await addUser(fixture);

    await Promise.all(Array.from({ length: 16 }, () => signIn(fixture)));

    const live = await fixture.store.unitOfWork.run(fixture.tenant.id, ({ sessions }) =>
      sessions.endAllOf(user.id, 'logout_all', null),
    );
    expect(live).toHaveLength(3);
  });

  async function later(fixture: ServiceFixture) {
    fixture.clock.advance(1);
    return signIn(fixture);
  }
});
