import type { TenantId } from '../kernel/ids.ts';
import type { CryptoPrimitives } from '../kernel/ports.ts';
import { type Attempt, type AttemptKey, attemptKeysOf } from '../protection/index.ts';
import { effectiveSettings, type Tenant, type TenantDefaults } from '../tenants/index.ts';
import type { Identifier } from '../users/index.ts';
import type { StoredCredential } from './ports.ts';

type Guess = Readonly<{ tenant: Tenant; identifier: Identifier; addressGroup: string }>;

/**
 * What a guess at a password counts against.
 *
 * On a device that is known for the user it counts against the device alone,
 * so that no stranger can shut its owner out. Otherwise against what was
 * typed, the network address and, without a word, the user behind the name.
 */
export function guessKeys(
  deps: Readonly<{
    crypto: CryptoPrimitives;
    tenantDefaults: TenantDefaults;
    maxLoginAttemptsPerAddress: number;
  }>,
  { tenant, identifier, addressGroup }: Guess,
  stored: StoredCredential | null,
): readonly AttemptKey[] {
  const { maxAttempts: max, durationSeconds: windowSeconds } = effectiveSettings(
    tenant,
    deps.tenantDefaults,
  ).lockout;
  const keys = attemptKeysOf(deps.crypto, tenant.id);
  if (stored?.knownDeviceId) return [keys.device(stored.knownDeviceId, { max, windowSeconds })];
  return [
    keys.identifier(identifier, { max, windowSeconds }),
    keys.address(addressGroup, { max: deps.maxLoginAttemptsPerAddress, windowSeconds }),
    keys.user(stored?.userId ?? identifier, { max, windowSeconds }),
  ];
}

/**
 * The counts that a right password ends: those of the account under each of
 * its names, not that of the network address. On a known device its own.
 */
export function keysToForget(
  crypto: CryptoPrimitives,
  tenantId: TenantId,
  { keys }: Attempt,
  { email, username }: StoredCredential,
): readonly Uint8Array[] {
  const own = keys.filter(({ name }) => name !== 'address').map(({ hash }) => hash);
  if (keys.some(({ name }) => name === 'device')) return own;
  const { identifier } = attemptKeysOf(crypto, tenantId);
  const anyLimit = { max: 1, windowSeconds: 1 };
  const names: Identifier[] = [{ kind: 'email', email }];
  if (username) names.push({ kind: 'username', username });
  return [...own, ...names.map((name) => identifier(name, anyLimit).hash)];
}
