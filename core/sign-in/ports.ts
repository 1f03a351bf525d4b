import type { EmailAddress } from '../kernel/email-address.ts';
import type { TenantId, UserId } from '../kernel/ids.ts';
import type { Identifier, Username } from '../users/index.ts';

/** What a password is compared with. */
export type StoredCredential = Readonly<{
  userId: UserId;
  email: EmailAddress;
  username: Username | null;
  passwordHash: string | null;
  credentialVersion: number;
  /** Their device that brought its secret along, or `null`. */
  knownDeviceId: string | null;
}>;

/** Finds whom an identifier names: one round trip, outside a unit of work. */
export interface CredentialLookup {
  /**
   * The user's credential whatever their status, or `null` for nobody.
   *
   * @param deviceHashes SHA-256 of the device secrets that came along
   */
  find(
    tenantId: TenantId,
    identifier: Identifier,
    deviceHashes: readonly Uint8Array[],
  ): Promise<StoredCredential | null>;
}
