import { describe, expect, it } from 'vitest';
import { email } from '../../support/parsed.ts';
import { loginRequest, signIn } from '../../support/requests.ts';
import {
  addUser,
  CONTEXT,
  PASSWORD,
  type ServiceFixture,
  serviceFixture,
} from '../../support/service-fixture.ts';

describe('a hash made under older parameters', () => {
  const hashOf = async ({ store, tenant }: ServiceFixture) => {
    const identifier = { kind: 'email', email: email('ada@example.com') } as const;
    return (await store.credentialLookup.find(tenant.id, identifier, []))?.passwordHash;
  };

  it('is renewed in the background after a right password, and ends nothing', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture);
    const before = await hashOf(fixture);
    fixture.hasher.strengthen();

    const { accessToken } = await signIn(fixture);
    const tasks = await fixture.background.settle();

    expect(tasks).toBe(1);
    const renewed = await hashOf(fixture);
    expect(renewed).not.toBe(before);
    expect(fixture.hasher.needsRehash(renewed ?? '')).toBe(false);
    expect(await fixture.hasher.verify(renewed ?? '', PASSWORD, fixture.tenant.id)).toBe(true);
    const use = { named: null, route: '/auth/me', context: CONTEXT };
    expect((await fixture.authenticate.session(accessToken, use)).user.email).toBe('ada@example.com');
  });

  it('is left alone after a wrong password', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture);
    const before = await hashOf(fixture);
    fixture.hasher.strengthen();

    await expect(fixture.login(loginRequest(fixture, { password: 'wrong' }))).rejects.toThrow();

    expect(await fixture.background.settle()).toBe(0);
    expect(await hashOf(fixture)).toBe(before);
  });

  it('is left alone under the parameters in force', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture);

    await signIn(fixture);

    expect(await fixture.background.settle()).toBe(0);
  });
});
