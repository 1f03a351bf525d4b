import { concatBytes, utf8 } from '../kernel/bytes.ts';
import type { TenantId, UserId } from '../kernel/ids.ts';
import type { CryptoPrimitives } from '../kernel/ports.ts';
import { uuidToBytes } from '../kernel/uuid.ts';
import { type Identifier, identifierText } from '../users/index.ts';
import type { AttemptKey } from './attempts.ts';

/** How many failures within how long. */
export type AttemptLimit = Readonly<{ max: number; windowSeconds: number }>;

/** Makes the keys of one tenant's guesses. A stored key shows no name; who guesses the name can find its key. */
export type AttemptKeys = Readonly<{
  /** What was typed, whether or not anybody goes by it. */
  identifier(identifier: Identifier, limit: AttemptLimit): AttemptKey;
  /** Whom it names; whoever has no such user puts in what was typed, so that nobody's name costs the same. */
  user(user: UserId | Identifier, limit: AttemptLimit): AttemptKey;
  /** @param group what the network address counts as */
  address(group: string, limit: AttemptLimit): AttemptKey;
  device(deviceId: string, limit: AttemptLimit): AttemptKey;
  registration(registrationId: string, limit: AttemptLimit): AttemptKey;
  /** Every second factor of a user together (rule 5), apart from the count of their passwords (rule 12). */
  secondFactor(userId: UserId, limit: AttemptLimit): AttemptKey;
}>;

/** Keys of `tenantId`: SHA-256 over the kind, the tenant and the value. */
export function attemptKeysOf(crypto: CryptoPrimitives, tenantId: TenantId): AttemptKeys {
  const make = (name: AttemptKey['name'], value: string, limit: AttemptLimit): AttemptKey => ({
    name,
    hash: crypto.sha256(concatBytes(utf8(`attempts/${name}/`), uuidToBytes(tenantId), utf8(value))),
    ...limit,
  });
  return {
    identifier: (identifier, limit) => make('identifier', typed(identifier), limit),
    user: (user, limit) => ({
      ...make('user', typeof user === 'string' ? user : typed(user), limit),
      isHidden: true,
    }),
    address: (group, limit) => make('address', group, limit),
    device: (deviceId, limit) => make('device', deviceId, limit),
    registration: (registrationId, limit) => make('registration', registrationId, limit),
    secondFactor: (userId, limit) => make('second_factor', userId, limit),
  };
}

function typed(identifier: Identifier): string {
  return `${identifier.kind}:${identifierText(identifier)}`;
}
