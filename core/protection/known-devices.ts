import type { UserId } from '../kernel/ids.ts';

/** Bytes of the secret by which a device is known. */
export const DEVICE_SECRET_BYTES = 16;

/** Devices on which users of the unit of work's tenant have signed in. */
export interface KnownDeviceRepository {
  /**
   * Notes that a user signed in on the device that knows one of these secrets,
   * which keeps it known for another year.
   *
   * @param secretHashes SHA-256 of each
   * @returns whether it was known
   */
  touch(userId: UserId, secretHashes: readonly Uint8Array[]): Promise<boolean>;

  /** Makes a device known for a year. Of more than ten of a user one is forgotten: first those that never came back, then those not seen longest. */
  insert(device: NewKnownDevice): Promise<void>;
}

export type NewKnownDevice = Readonly<{ id: string; userId: UserId; secretHash: Uint8Array }>;
