import type { TenantId } from '../kernel/ids.ts';
import { codePointLength } from '../kernel/text.ts';
import { PASSWORD_LENGTH_MAX } from '../tenants/index.ts';
import { normalizePassword } from './policy.ts';
import type { PasswordHasher } from './ports.ts';

/**
 * Whether `password` is the one behind `passwordHash`.
 *
 * Takes the same time on every path: without an account, without a password,
 * with an empty password or one that is too long to have been set. (A hash of
 * older, cheaper parameters is compared at their cost until it is renewed at
 * its next sign-in.)
 *
 * @param passwordHash `null` where there is nothing to compare with
 * @throws {Unavailable} the hashing queue is full; says nothing about the password
 */
export async function checkPassword(
  hasher: PasswordHasher,
  tenantId: TenantId,
  passwordHash: string | null,
  password: string,
): Promise<boolean> {
  const normalized = normalizePassword(password);
  const isPossible = normalized !== '' && codePointLength(normalized) <= PASSWORD_LENGTH_MAX;
  if (passwordHash === null || !isPossible) return hasher.verifyNothing(tenantId);
  return hasher.verify(passwordHash, normalized, tenantId);
}
