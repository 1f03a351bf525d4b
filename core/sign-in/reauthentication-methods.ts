import type { Tenant } from '../tenants/index.ts';
import type { User } from '../users/index.ts';
import type { CredentialLookup, StoredCredential } from './ports.ts';

/** By what the user of a session can prove once more who they are. */
export type ReauthenticationMethod = 'password' | 'totp' | 'backup_code' | 'webauthn' | 'email';

/** Whose session it is. */
export type SessionHolder = Readonly<{ tenant: Tenant; user: User }>;

/** What the account has to prove itself with: in this release a password, or nothing. */
export type ReauthenticationMethods = (holder: SessionHolder) => Promise<readonly ReauthenticationMethod[]>;

export function createReauthenticationMethods(credentials: CredentialLookup): ReauthenticationMethods {
  return async (holder) => {
    const stored = await findOwn(credentials, holder, []);
    return stored?.passwordHash ? ['password'] : [];
  };
}

/**
 * The credential of whoever holds a session.
 *
 * @returns `null` where their address has just become another's, or nobody's
 */
export async function findOwn(
  credentials: CredentialLookup,
  { tenant, user }: SessionHolder,
  deviceHashes: readonly Uint8Array[],
): Promise<StoredCredential | null> {
  const stored = await credentials.find(tenant.id, { kind: 'email', email: user.email }, deviceHashes);
  return stored?.userId === user.id ? stored : null;
}
