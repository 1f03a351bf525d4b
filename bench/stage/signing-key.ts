import { createPrivateKey } from 'node:crypto';
import { createSecretBox } from '../../adapters/crypto/secret-box.ts';
import { fromPublicJwk, signingKeyContext } from '../../adapters/crypto/signing-keys.ts';
import type { PublicJwk } from '../../core/tokens/index.ts';
import { asSuperuser } from './database.ts';
import type { BenchPostgres } from './postgres.ts';
import { SECRET_KEY } from './service.ts';

/** The pair that the service signs with, so that floors check, and the load brings, genuine tokens. PEM. */
export type BenchKey = Readonly<{ kid: string; privateKey: string; publicKey: string }>;

type Row = Readonly<{ kid: string; public_jwk: PublicJwk; sealed_private_key: Buffer }>;

export async function readSigningKey(postgres: BenchPostgres, database: string): Promise<BenchKey> {
  const [row] = await asSuperuser<Row>(
    postgres,
    database,
    `SELECT kid, public_jwk, sealed_private_key FROM gatehouse.signing_keys WHERE state = 'active'`,
  );
  if (!row) throw new Error('The service has made no signing key');
  const der = Buffer.from(
    createSecretBox([SECRET_KEY]).open(row.sealed_private_key, signingKeyContext(row.kid)),
  );
  return {
    kid: row.kid,
    privateKey: createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
      .export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    publicKey: fromPublicJwk(row.public_jwk).export({ type: 'spki', format: 'pem' }).toString(),
  };
}
