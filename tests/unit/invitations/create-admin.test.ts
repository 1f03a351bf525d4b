import { describe, expect, it } from 'vitest';
import { email } from '../../support/parsed.ts';
import {
  auditTypes,
  findUser,
  loginRequest,
  mailsTo,
  newestLinkTo,
  registrationRequest,
  verify,
} from '../../support/requests.ts';
import { addTenant, addUser, PASSWORD, serviceFixture } from '../../support/service-fixture.ts';

const ADA = email('ada@example.com');
const OPERATOR = { type: 'operator', id: null };

describe('createAdmin', () => {
  it('makes a verified account at once with a password, and tells who did it', async () => {
    const fixture = await serviceFixture();

    const { user, token } = await fixture.createAdmin(fixture.tenant, ADA, 'admin', PASSWORD);

    expect(token).toBeNull();
    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: true, roles: ['admin'] });
    expect(await fixture.deliverMails()).toBe(0);
    expect(fixture.store.auditOf(fixture.tenant.id)).toMatchObject([
      { type: 'user.registered', actor: OPERATOR, target: { type: 'user', id: user?.id }, ip: null },
      {
        type: 'role.assigned',
        actor: OPERATOR,
        target: { type: 'user', id: user?.id },
        data: { role: 'admin' },
      },
    ]);
    expect((await fixture.login(loginRequest(fixture))).user.id).toBe(user?.id);
  });

  it('makes an invitation without one, whose link it answers', async () => {
    const fixture = await serviceFixture();

    const { user, token } = await fixture.createAdmin(fixture.tenant, ADA, 'owner', null);

    expect(user).toBeNull();
    expect(await findUser(fixture)).toBeNull();
    expect((await mailsTo(fixture)).map((mail) => mail.token)).toEqual([token]);
  });

  it('gives an existing user the role, and leaves password and verification', async () => {
    const fixture = await serviceFixture({ emailVerificationRequired: false });
    const existing = await addUser(fixture, { emailVerified: false });

    const { user, token } = await fixture.createAdmin(fixture.tenant, ADA, 'admin', 'Another password 9');

    expect(token).toBeNull();
    expect(user).toMatchObject({ id: existing.id, emailVerified: false, roles: ['admin', 'member'] });
    expect((await fixture.login(loginRequest(fixture))).user.id).toBe(existing.id);
    expect(fixture.store.auditOf(fixture.tenant.id)[0]).toMatchObject({
      type: 'role.assigned',
      actor: OPERATOR,
      target: { type: 'user', id: existing.id },
      data: { role: 'admin' },
    });
  });

  it('tells nothing when the user holds the role already', async () => {
    const fixture = await serviceFixture();
    const existing = await addUser(fixture, { roles: ['admin'] });

    const { user } = await fixture.createAdmin(fixture.tenant, ADA, 'admin', null);

    expect(user).toEqual(existing);
    expect(auditTypes(fixture)).toEqual([]);
  });

  it('closes what was open for the address, and kills its links', async () => {
    const fixture = await serviceFixture();
    await fixture.register(registrationRequest(fixture));
    const link = await newestLinkTo(fixture);

    await fixture.createAdmin(fixture.tenant, ADA, 'admin', PASSWORD);

    await expect(verify(fixture, link)).rejects.toMatchObject({ code: 'link_used' });
  });

  it.each([
    ['a weak password', 'weak', 'password_too_short'],
    ['the name of the tenant', 'Acme-2026', 'password_too_common'],
    ['a common password', 'Password1', 'password_too_common'],
  ])('refuses %s as it would from anybody', async (_what, password, code) => {
    const fixture = await serviceFixture();

    const attempt = fixture.createAdmin(fixture.tenant, ADA, 'admin', password);

    await expect(attempt).rejects.toMatchObject({ code });
    expect(await findUser(fixture)).toBeNull();
  });

  describe('platform_admin', () => {
    it('exists in the platform', async () => {
      const fixture = await serviceFixture();
      const platform = await addTenant(fixture, 'platform');

      const { user } = await fixture.createAdmin(platform, ADA, 'platform_admin', PASSWORD);

      expect(user?.roles).toEqual(['platform_admin']);
    });

    it.each([PASSWORD, null])('exists nowhere else, not even for an existing user', async (password) => {
      const fixture = await serviceFixture();
      const existing = await addUser(fixture);

      const attempt = fixture.createAdmin(fixture.tenant, ADA, 'platform_admin', password);

      await expect(attempt).rejects.toMatchObject({
        code: 'validation_failed',
        problems: [{ pointer: '/role' }],
      });
      expect(await findUser(fixture)).toEqual(existing);
    });
  });

  it('makes one account of several commands at once, with the role given once', async () => {
    const fixture = await serviceFixture();

    const attempts = await Promise.allSettled(
      Array.from({ length: 16 }, () => fixture.createAdmin(fixture.tenant, ADA, 'admin', PASSWORD)),
    );

    const refused = attempts.filter(({ status }) => status === 'rejected');
    for (const refusal of refused)
      expect(refusal).toMatchObject({ reason: { code: 'email_already_registered' } });
    expect(auditTypes(fixture)).toEqual(['user.registered', 'role.assigned']);
  });
});
