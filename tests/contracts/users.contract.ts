import { describe, expect, it } from 'vitest';
import type { UserId } from '../../core/kernel/ids.ts';
import { email, username } from '../support/parsed.ts';
import type { MakeHarness } from './harness.ts';
import { makeUser, race } from './samples.ts';

/** What every store of users does. Making them has a suite of its own. */
export function usersContract(makeHarness: MakeHarness): void {
  describe('UserRepository', () => {
    it('finds a user by id and by address whatever their status', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const user = await makeUser(harness, tenant.id, { username: username('ada') });
      await harness.setUserStatus(tenant.id, user.id, 'suspended');

      const found = await harness.unitOfWork.run(tenant.id, async ({ users }) => ({
        byId: await users.findById(user.id),
        byEmail: await users.findByEmail(user.email),
        isNameTaken: await users.isUsernameTaken(username('ada')),
        isOtherTaken: await users.isUsernameTaken(username('grace')),
        nobody: await users.findById(harness.crypto.newId() as UserId),
        noAddress: await users.findByEmail(email('nobody@example.com')),
      }));

      const suspended = expect.objectContaining({ id: user.id, status: 'suspended' });
      expect(found).toEqual({
        byId: suspended,
        byEmail: suspended,
        isNameTaken: true,
        isOtherTaken: false,
        nobody: null,
        noAddress: null,
      });
    });

    describe('lock', () => {
      it('answers the user with hash and version, which are 1 and what was given for a new one', async () => {
        const harness = await makeHarness();
        const tenant = await harness.makeTenant();
        const user = await makeUser(harness, tenant.id, { passwordHash: 'the hash' });

        const credential = await harness.unitOfWork.run(tenant.id, ({ users }) => users.lock(user.id));

        expect(credential).toEqual({ user, passwordHash: 'the hash', credentialVersion: 1 });
      });

      it('answers an account without a password, and nobody', async () => {
        const harness = await makeHarness();
        const tenant = await harness.makeTenant();
        const user = await makeUser(harness, tenant.id, { passwordHash: null });

        const [found, nobody] = await harness.unitOfWork.run(tenant.id, async ({ users }) => [
          await users.lock(user.id),
          await users.lock(harness.crypto.newId() as UserId),
        ]);

        expect(found?.passwordHash).toBeNull();
        expect(nobody).toBeNull();
      });
    });

    it('marks an address verified once, and only of an active user', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const [active, suspended] = [await makeUser(harness, tenant.id), await makeUser(harness, tenant.id)];
      await harness.setUserStatus(tenant.id, suspended.id, 'suspended');

      const answers = await harness.unitOfWork.run(tenant.id, async ({ users }) => [
        await users.markEmailVerified(active.id),
        await users.markEmailVerified(active.id),
        await users.markEmailVerified(suspended.id),
        await users.markEmailVerified(harness.crypto.newId() as UserId),
      ]);

      expect(answers).toEqual([true, false, false, false]);
      const found = await harness.unitOfWork.run(tenant.id, async ({ users }) => [
        (await users.findById(active.id))?.emailVerified,
        (await users.findById(suspended.id))?.emailVerified,
      ]);
      expect(found).toEqual([true, false]);
    });

    it('lets one of many concurrent callers verify an address', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const user = await makeUser(harness, tenant.id);

      const answers = await race(() =>
        harness.unitOfWork.run(tenant.id, ({ users }) => users.markEmailVerified(user.id)),
      );

      expect(answers.filter(Boolean)).toHaveLength(1);
    });

    it('records a sign-in and answers the user as they are then', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const user = await makeUser(harness, tenant.id);
      await harness.passTime(100);

      const after = await harness.unitOfWork.run(tenant.id, ({ users }) => users.recordLogin(user.id));

      const elapsedMs = (after.lastLoginAt?.getTime() ?? 0) - after.createdAt.getTime();
      expect(elapsedMs).toBeGreaterThanOrEqual(100_000);
      expect(elapsedMs).toBeLessThan(110_000);
      const found = await harness.unitOfWork.run(tenant.id, ({ users }) => users.findById(user.id));
      expect(found).toEqual(after);
    });

    it('adds a role once and keeps roles in order', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const user = await makeUser(harness, tenant.id);

      const answers = await harness.unitOfWork.run(tenant.id, async ({ users }) => [
        await users.addRole(user.id, 'admin'),
        await users.addRole(user.id, 'admin'),
      ]);

      expect(answers).toEqual([true, false]);
      const found = await harness.unitOfWork.run(tenant.id, ({ users }) => users.findById(user.id));
      expect(found?.roles).toEqual(['admin', 'member']);
    });

    it('knows whether an active user holds a role', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const owner = await makeUser(harness, tenant.id, { roles: ['owner'] });
      const hasOwner = () => harness.unitOfWork.run(tenant.id, ({ users }) => users.hasUserWithRole('owner'));
      const before = await hasOwner();

      await harness.setUserStatus(tenant.id, owner.id, 'suspended');

      expect([before, await hasOwner()]).toEqual([true, false]);
    });

    it('replaces a hash only while the one it replaces is stored, and leaves the version', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const user = await makeUser(harness, tenant.id, { passwordHash: 'old' });

      const credential = await harness.unitOfWork.run(tenant.id, async ({ users }) => {
        await users.replacePasswordHash(user.id, 'old', 'new');
        await users.replacePasswordHash(user.id, 'old', 'late');
        return users.lock(user.id);
      });

      expect(credential).toMatchObject({ passwordHash: 'new', credentialVersion: 1 });
    });

    it('shows nothing of a user to another tenant, and lets it change nothing', async () => {
      const harness = await makeHarness();
      const [here, there] = [await harness.makeTenant(), await harness.makeTenant()];
      const user = await makeUser(harness, here.id, { username: username('ada'), roles: ['owner'] });

      const seen = await harness.unitOfWork.run(there.id, async ({ users }) => {
        await users.replacePasswordHash(user.id, 'a hash', 'a stranger set this');
        return {
          byId: await users.findById(user.id),
          byEmail: await users.findByEmail(user.email),
          isNameTaken: await users.isUsernameTaken(username('ada')),
          locked: await users.lock(user.id),
          isVerified: await users.markEmailVerified(user.id),
          hasOwner: await users.hasUserWithRole('owner'),
        };
      });
      await expect(
        harness.unitOfWork.run(there.id, ({ users }) => users.recordLogin(user.id)),
      ).rejects.toThrow();
      await harness.unitOfWork
        .run(there.id, ({ users }) => users.addRole(user.id, 'admin'))
        .catch(() => false);

      expect(seen).toEqual({
        byId: null,
        byEmail: null,
        isNameTaken: false,
        locked: null,
        isVerified: false,
        hasOwner: false,
      });
      const credential = await harness.unitOfWork.run(here.id, ({ users }) => users.lock(user.id));
      expect(credential).toEqual({ user, passwordHash: 'a hash', credentialVersion: 1 });
    });
  });
}
