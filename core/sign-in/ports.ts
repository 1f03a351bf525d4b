import type { TenantId, UserId } from '../kernel/ids.ts';
import type { Identifier } from '../users/index.ts';

/** What a password is compared with. */
export type StoredCredential = Readonly<{
  userId: UserId;
  passwordHash: string | null;
  credentialVersion: number;
}>;

/** Finds whom an identifier names: one round trip, outside a unit of work. */
export interface CredentialLookup {
  /** The user's credential whatever their status, or `null` for nobody. */
  find(tenantId: TenantId, identifier: Identifier): Promise<StoredCredential | null>;
}
