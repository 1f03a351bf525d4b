import { desc } from 'drizzle-orm';
import type { SigningKeyRepository } from '../../core/tokens/index.ts';
import { signingKeys } from './schema/tenants.ts';
import type { Transaction } from './transaction.ts';

export function createSigningKeyRepository(tx: Transaction): SigningKeyRepository {
  return {
    async insert(key) {
      await tx.insert(signingKeys).values(key);
    },

    list: () =>
      tx
        .select({
          kid: signingKeys.kid,
          algorithm: signingKeys.algorithm,
          state: signingKeys.state,
          publicJwk: signingKeys.publicJwk,
          sealedPrivateKey: signingKeys.sealedPrivateKey,
        })
        .from(signingKeys)
        .orderBy(desc(signingKeys.createdAt)),
  };
}
