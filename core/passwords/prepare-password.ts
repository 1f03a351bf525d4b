import type { TenantId } from '../kernel/ids.ts';
import type { PasswordPolicy } from '../tenants/index.ts';
import { judgePassword, normalizePassword } from './policy.ts';
import type { CommonPasswords, PasswordHasher } from './ports.ts';

export type NewPassword = Readonly<{
  tenantId: TenantId;
  password: string;
  policy: PasswordPolicy;
  contextWords: readonly string[];
}>;

/**
 * The hash to store for a password that somebody sets.
 *
 * @throws {PasswordError} it does not meet the policy; nothing was hashed
 * @throws {Unavailable} too many hashes at once
 */
export function hashNewPassword(
  { hasher, commonPasswords }: Readonly<{ hasher: PasswordHasher; commonPasswords: CommonPasswords }>,
  { tenantId, password, policy, contextWords }: NewPassword,
): Promise<string> {
  const normalized = normalizePassword(password);
  const weakness = judgePassword(normalized, policy, commonPasswords, contextWords);
  if (weakness) throw weakness;
  return hasher.hash(normalized, tenantId);
}
