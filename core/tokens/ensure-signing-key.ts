import { type AuditLog, SYSTEM } from '../audit/index.ts';
import { NO_REQUEST } from '../kernel/request-context.ts';
import type { JwtAlgorithm, SigningKey, SigningKeyFactory, SigningKeyRepository } from './ports.ts';

export type SigningKeyRepositories = Readonly<{ signingKeys: SigningKeyRepository; audit: AuditLog }>;

/**
 * The keys in force, after making the first one if there is none.
 *
 * To be called under the installation lock of the tenant `platform`, so that
 * any number of starting processes make one.
 */
export async function ensureSigningKey(
  repos: SigningKeyRepositories,
  factory: SigningKeyFactory,
  algorithm: JwtAlgorithm,
): Promise<readonly SigningKey[]> {
  const keys = await repos.signingKeys.list();
  if (keys.length > 0) return keys;
  const first = await factory.generate(algorithm);
  await repos.signingKeys.insert(first);
  await repos.audit.record({
    type: 'signing_key.created',
    outcome: 'success',
    actor: SYSTEM,
    target: { type: 'signing_key', id: null },
    context: NO_REQUEST,
    data: { kid: first.kid, algorithm },
  });
  return [first];
}
