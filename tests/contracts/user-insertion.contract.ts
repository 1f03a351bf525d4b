import { describe, expect, it } from 'vitest';
import { email, locale, username } from '../support/parsed.ts';
import type { MakeHarness } from './harness.ts';
import { makeUser, newUser, race } from './samples.ts';

/** How every store makes users: an address and a username name at most one. */
export function userInsertionContract(makeHarness: MakeHarness): void {
  describe('UserRepository.insert', () => {
    it('makes an active user with all that was given, and roles in order', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const wanted = newUser(harness, {
        emailVerified: true,
        username: username('ada'),
        name: 'Ada Lovelace',
        locale: locale('en-GB'),
        roles: ['owner', 'member'],
      });

      const insertion = await harness.unitOfWork.run(tenant.id, ({ users }) => users.insert(wanted));

      const { passwordHash: _secret, ...given } = wanted;
      expect(insertion).toMatchObject({
        kind: 'inserted',
        user: {
          ...given,
          tenantId: tenant.id,
          roles: ['member', 'owner'],
          status: 'active',
          picture: null,
          metadata: {},
          lastLoginAt: null,
        },
      });
      const found = await harness.unitOfWork.run(tenant.id, ({ users }) => users.findById(wanted.id));
      expect(insertion).toEqual({ kind: 'inserted', user: found });
      expect(found).not.toHaveProperty('passwordHash');
    });

    it('makes a user without any role', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();

      const user = await makeUser(harness, tenant.id, { roles: [] });

      expect(user.roles).toEqual([]);
    });

    it('tells a taken username before a taken address, changes nothing, and leaves the work usable', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const taken = { email: email('ada@example.com'), username: username('ada') };
      await makeUser(harness, tenant.id, taken);

      const kinds = await harness.unitOfWork.run(tenant.id, async ({ users }) => {
        const both = await users.insert(newUser(harness, taken));
        const name = await users.insert(newUser(harness, { username: taken.username }));
        const address = await users.insert(
          newUser(harness, { email: taken.email, username: username('grace') }),
        );
        const neither = await users.insert(newUser(harness, { username: username('grace') }));
        return [both, name, address, neither].map(({ kind }) => kind);
      });

      expect(kinds).toEqual(['username_taken', 'username_taken', 'email_taken', 'inserted']);
    });

    it('keeps the address and the username of a user who is not active any more', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const user = await makeUser(harness, tenant.id, { username: username('ada') });
      await harness.setUserStatus(tenant.id, user.id, 'deleted');

      const kinds = await harness.unitOfWork.run(tenant.id, async ({ users }) => {
        const address = await users.insert(newUser(harness, { email: user.email }));
        const name = await users.insert(newUser(harness, { username: user.username }));
        return [address.kind, name.kind];
      });

      expect(kinds).toEqual(['email_taken', 'username_taken']);
    });

    it('lets one of many concurrent callers have an address', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const wanted = { email: email('ada@example.com') };

      const insertions = await race(() =>
        harness.unitOfWork.run(tenant.id, ({ users }) => users.insert(newUser(harness, wanted))),
      );

      const kinds = insertions.map(({ kind }) => kind).sort();
      expect(kinds).toEqual([...Array(15).fill('email_taken'), 'inserted']);
    });

    it('lets one of many concurrent callers have a username', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const wanted = { username: username('ada') };

      const insertions = await race(() =>
        harness.unitOfWork.run(tenant.id, ({ users }) => users.insert(newUser(harness, wanted))),
      );

      const kinds = insertions.map(({ kind }) => kind).sort();
      expect(kinds).toEqual(['inserted', ...Array(15).fill('username_taken')]);
    });
  });
}
