import type { Brand } from '../kernel/brand.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { TenantId, UserId } from '../kernel/ids.ts';
import type { Locale } from '../kernel/locale.ts';

/** A username in its one stored form: 3–32 of `[a-z0-9._-]`, a letter first. Unique per tenant. */
export type Username = Brand<string, 'Username'>;

export type UserStatus = 'active' | 'suspended' | 'deleted' | 'invited';

/** A person in one tenant. The same address in two tenants is two people. */
export type User = Readonly<{
  id: UserId;
  tenantId: TenantId;
  email: EmailAddress;
  emailVerified: boolean;
  username: Username | null;
  name: string | null;
  locale: Locale | null;
  picture: string | null;
  metadata: Readonly<Record<string, unknown>>;
  status: UserStatus;
  /** Names of the roles held, sorted. */
  roles: readonly string[];
  createdAt: Date;
  updatedAt: Date;
  lastLoginAt: Date | null;
}>;

/** What a user can prove themselves with, as it stands under the lock. */
export type UserCredential = Readonly<{
  user: User;
  /** PHC string, or `null` for an account without a password. */
  passwordHash: string | null;
  /**
   * Raised by every change of password, address, factor or status; not by a
   * rehash. A sign-in that began at another version does not complete.
   */
  credentialVersion: number;
}>;

const USERNAME = /^[a-z][a-z0-9._-]{2,31}$/;

/** The stored form of a username, or `null` when `text` cannot be one. */
export function parseUsername(text: string): Username | null {
  const folded = text.normalize('NFKC').toLowerCase();
  return USERNAME.test(folded) ? (folded as Username) : null;
}
