import { encodeBase64Url } from '../../core/kernel/base64url.ts';
import type { UserId } from '../../core/kernel/ids.ts';
import type { KnownDeviceRepository } from '../../core/protection/index.ts';
import type { KnownDeviceRow, RepositoryContext, TenantTables } from './tables.ts';
import { secondsAfter } from './time.ts';

const LIFETIME_SECONDS = 365 * 86_400;
const PER_USER_MAX = 10;

type Devices = TenantTables['knownDevices'];

/** The known devices of one tenant's users, as a draft sees them. */
export function createKnownDeviceRepository(context: RepositoryContext): KnownDeviceRepository {
  const { clock } = context;
  const { knownDevices } = context.tables;
  const seen = () => ({ lastSeenAt: clock.now(), expiresAt: secondsAfter(clock.now(), LIFETIME_SECONDS) });

  return {
    async touch(userId, secretHashes) {
      const device = findKnownDevice(knownDevices, userId, secretHashes, clock.now());
      if (device) knownDevices.set(device.id, { ...device, ...seen() });
      return device !== null;
    },

    async insert({ id, userId, secretHash }) {
      const createdAt = clock.now();
      knownDevices.set(id, { id, userId, secretHash: encodeBase64Url(secretHash), createdAt, ...seen() });
      const theirs = [...knownDevices.values()]
        .filter((device) => device.userId === userId)
        .sort(worthKeeping);
      for (const { id: forgotten } of theirs.slice(PER_USER_MAX)) knownDevices.delete(forgotten);
    },
  };
}

/** Those that came back before those that were seen once, and then those seen last. */
function worthKeeping(left: KnownDeviceRow, right: KnownDeviceRow): number {
  const cameBack = ({ createdAt, lastSeenAt }: KnownDeviceRow) =>
    Number(lastSeenAt > secondsAfter(createdAt, 1));
  const isYounger = right.lastSeenAt.getTime() - left.lastSeenAt.getTime() || (left.id < right.id ? 1 : -1);
  return cameBack(right) - cameBack(left) || isYounger;
}

/** The user's device that knows one of the secrets, or `null`. */
export function findKnownDevice(
  devices: Devices,
  userId: UserId,
  secretHashes: readonly Uint8Array[],
  now: Date,
): KnownDeviceRow | null {
  const hashes = secretHashes.map(encodeBase64Url);
  const isMeant = (device: KnownDeviceRow): boolean =>
    device.userId === userId && hashes.includes(device.secretHash) && device.expiresAt > now;
  return [...devices.values()].find(isMeant) ?? null;
}
