import type { CryptoPrimitives } from '../kernel/ports.ts';
import { type AttemptKey, attemptKeysOf } from '../protection/index.ts';
import { effectiveSettings, type TenantDefaults } from '../tenants/index.ts';
import type { SessionHolder } from './reauthentication-methods.ts';

/** Wrong second factors of one user within half an hour that lock all of them for as long. */
export const SECOND_FACTOR_LIMIT = { max: 10, windowSeconds: 1_800 };

type Guess = SessionHolder & Readonly<{ proof: Readonly<{ method: string }>; addressGroup: string }>;

/**
 * What a proof of whoever holds a session counts against.
 *
 * A password as at sign-in: on a device that is known for the user against the
 * device alone, otherwise against their address, their account and the network
 * address. Here the account's lock is spoken of, for nobody has to guess whose
 * the session is. Anything else counts as a second factor.
 */
export function reauthenticationKeys(
  deps: Readonly<{
    crypto: CryptoPrimitives;
    tenantDefaults: TenantDefaults;
    maxLoginAttemptsPerAddress: number;
  }>,
  { tenant, user, proof, addressGroup }: Guess,
  knownDeviceId: string | null,
): readonly AttemptKey[] {
  const keys = attemptKeysOf(deps.crypto, tenant.id);
  if (proof.method !== 'password') return [keys.secondFactor(user.id, SECOND_FACTOR_LIMIT)];
  const { lockout } = effectiveSettings(tenant, deps.tenantDefaults);
  const { maxAttempts: max, durationSeconds: windowSeconds } = lockout;
  if (knownDeviceId) return [keys.device(knownDeviceId, { max, windowSeconds })];
  return [
    keys.identifier({ kind: 'email', email: user.email }, { max, windowSeconds }),
    { ...keys.user(user.id, { max, windowSeconds }), isHidden: false },
    keys.address(addressGroup, { max: deps.maxLoginAttemptsPerAddress, windowSeconds }),
  ];
}
