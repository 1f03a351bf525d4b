import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import { username } from '../support/parsed.ts';
import type { MakeHarness } from './harness.ts';
import { makeUser } from './samples.ts';

/** What every look-up of a credential does. */
export function credentialLookupContract(makeHarness: MakeHarness): void {
  describe('CredentialLookup', () => {
    it('finds a credential by address and by username, whatever the status', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const user = await makeUser(harness, tenant.id, {
        username: username('ada'),
        passwordHash: 'the hash',
      });
      const find = async () => [
        await harness.credentialLookup.find(tenant.id, { kind: 'email', email: user.email }, []),
        await harness.credentialLookup.find(tenant.id, { kind: 'username', username: username('ada') }, []),
      ];
      const active = await find();

      await harness.setUserStatus(tenant.id, user.id, 'suspended');

      const credential = {
        ...{ userId: user.id, email: user.email, username: user.username },
        passwordHash: 'the hash',
        credentialVersion: 1,
        knownDeviceId: null,
      };
      expect(active).toEqual([credential, credential]);
      const raised = { ...credential, credentialVersion: 2 };
      expect(await find()).toEqual([raised, raised]);
    });

    it('finds an account without a password as such', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const user = await makeUser(harness, tenant.id, { passwordHash: null });

      const found = await harness.credentialLookup.find(tenant.id, { kind: 'email', email: user.email }, []);

      expect(found).toEqual({
        ...{ userId: user.id, email: user.email, username: user.username },
        passwordHash: null,
        credentialVersion: 1,
        knownDeviceId: null,
      });
    });

    it('finds nobody in another tenant, nor in one that does not exist', async () => {
      const harness = await makeHarness();
      const [here, there] = [await harness.makeTenant(), await harness.makeTenant()];
      const user = await makeUser(harness, here.id, { username: username('ada') });
      const nowhere = harness.crypto.newId() as TenantId;

      const found = await Promise.all(
        [there.id, nowhere].flatMap((tenantId) => [
          harness.credentialLookup.find(tenantId, { kind: 'email', email: user.email }, []),
          harness.credentialLookup.find(tenantId, { kind: 'username', username: username('ada') }, []),
        ]),
      );

      expect(found).toEqual([null, null, null, null]);
    });
  });
}
