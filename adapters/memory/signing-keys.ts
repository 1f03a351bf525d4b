import type { SigningKeyRepository } from '../../core/tokens/index.ts';
import type { RepositoryContext } from './tables.ts';

/** The signing keys of all tenants, as a draft sees them. */
export function createSigningKeyRepository({
  globals: { signingKeys },
}: RepositoryContext): SigningKeyRepository {
  return {
    async insert(key) {
      signingKeys.set(key.kid, key);
    },
    async list() {
      return [...signingKeys.values()].reverse();
    },
  };
}
