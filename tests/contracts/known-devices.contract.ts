import { describe, expect, it } from 'vitest';
import type { TenantId, UserId } from '../../core/kernel/ids.ts';
import type { User } from '../../core/users/index.ts';
import type { MakeHarness } from './harness.ts';
import { makeUser } from './samples.ts';

const YEAR_SECONDS = 365 * 86_400;

/** {@link KnownDeviceRepository}, and what the look-up of a credential says of devices. */
export function knownDevicesContract(makeHarness: MakeHarness): void {
  describe('known devices', () => {
    it('knows a device by its secret, for the one user', async () => {
      const { ada, bob, remember, isKnown } = await devices(makeHarness);
      await remember(ada, 'laptop');

      expect(await isKnown(ada, 'laptop')).toBe(true);
      expect(await isKnown(ada, 'stranger', 'laptop')).toBe(true);
      expect(await isKnown(ada, 'stranger')).toBe(false);
      expect(await isKnown(ada)).toBe(false);
      expect(await isKnown(bob, 'laptop')).toBe(false);
    });

    it('tells touch and look-up alike', async () => {
      const { ada, remember, touch } = await devices(makeHarness);
      await remember(ada, 'laptop');

      expect([await touch(ada, 'laptop'), await touch(ada, 'other'), await touch(ada)]).toEqual([
        true,
        false,
        false,
      ]);
    });

    it('forgets a device a year after it was last seen', async () => {
      const { harness, ada, remember, isKnown, touch } = await devices(makeHarness);
      await remember(ada, 'laptop');
      await remember(ada, 'phone');
      await harness.passTime(YEAR_SECONDS - harness.marginSeconds);
      expect(await touch(ada, 'laptop')).toBe(true);

      await harness.passTime(harness.marginSeconds + 1);

      expect([await isKnown(ada, 'laptop'), await isKnown(ada, 'phone')]).toEqual([true, false]);
      expect(await touch(ada, 'phone')).toBe(false);
    });

    it('keeps ten of each user: those that came back before those that were seen once, and then those seen last', async () => {
      const { harness, ada, bob, remember, isKnown, touch } = await devices(makeHarness);
      await remember(bob, 'of bob');
      await remember(ada, 'browser');
      await harness.passTime(5);
      await touch(ada, 'browser');

      // A program that forgets its cookies is a new device every time.
      for (let number = 0; number < 12; number += 1) {
        await harness.passTime(2);
        await remember(ada, `program ${number}`);
      }

      const known = [];
      for (let number = 0; number < 12; number += 1) known.push(await isKnown(ada, `program ${number}`));
      expect(known).toEqual([...Array(3).fill(false), ...Array(9).fill(true)]);
      expect(await isKnown(ada, 'browser')).toBe(true);
      expect(await isKnown(bob, 'of bob')).toBe(true);
    });

    it('keeps tenants apart', async () => {
      const { harness, ada, remember } = await devices(makeHarness);
      const other = await harness.makeTenant();
      const twin = await makeUser(harness, other.id, { email: ada.email });
      await remember(ada, 'laptop');

      const found = await harness.credentialLookup.find(other.id, { kind: 'email', email: twin.email }, [
        secretHash('laptop'),
      ]);

      expect(found).toMatchObject({ userId: twin.id, knownDeviceId: null });
      const touched = await harness.unitOfWork.run(other.id, ({ knownDevices }) =>
        knownDevices.touch(ada.id, [secretHash('laptop')]),
      );
      expect(touched).toBe(false);
    });
  });
}

async function devices(makeHarness: MakeHarness) {
  const harness = await makeHarness();
  const { id: tenantId } = await harness.makeTenant();
  const ada = await makeUser(harness, tenantId);
  const bob = await makeUser(harness, tenantId);
  const run = <T>(work: Parameters<typeof harness.unitOfWork.run<T>>[1]) =>
    harness.unitOfWork.run(tenantId, work);
  return {
    ...{ harness, ada, bob },
    remember: (user: { readonly id: UserId }, name: string) =>
      run(({ knownDevices }) =>
        knownDevices.insert({ id: harness.crypto.newId(), userId: user.id, secretHash: secretHash(name) }),
      ),
    touch: (user: { readonly id: UserId }, ...names: string[]) =>
      run(({ knownDevices }) => knownDevices.touch(user.id, names.map(secretHash))),
    isKnown: async ({ email }: User, ...names: string[]) => {
      const identifier = { kind: 'email', email } as const;
      const found = await harness.credentialLookup.find(
        tenantId as TenantId,
        identifier,
        names.map(secretHash),
      );
      return (found?.knownDeviceId ?? null) !== null;
    },
  };
}

function secretHash(name: string): Uint8Array {
  const hash = new Uint8Array(32);
  hash.set(new TextEncoder().encode(name));
  return hash;
}
