import { createPrivateKey, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { createSecretBox } from '../../adapters/crypto/secret-box.ts';
import { signingKeyContext } from '../../adapters/crypto/signing-keys.ts';
import { startEmbedded } from '../../adapters/postgres/embedded/index.ts';
import { apiClient } from './api-client.ts';
import { runCliShared } from './cli-process.ts';
import { type JwksFront, startJwksFront } from './jwks-front.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { PASSWORD } from './service.ts';
import type { TokenKey } from './wrong-tokens.ts';

export type SignedIn = Readonly<{ tenantId: string; userId: string; token: string; refreshToken: string }>;

export type Issuer = Readonly<{
  /** Where applications fetch JWKS; it publishes what the server does. Its URL is the issuer of the tokens. */
  front: JwksFront;
  server: ServerProcess;
  /** The keys in the server's JWKS. */
  keys: readonly unknown[];
  /** The private one of the key that signs, taken out of the database. */
  key: TokenKey;
  acme: SignedIn;
  other: SignedIn;
}>;

/** A built server with two tenants and a user in each, signed in. Stopped when the test is over. */
export async function startIssuer(): Promise<Issuer> {
  const front = await startJwksFront();
  const secret = randomBytes(32).toString('base64url');
  const server = await startServer({
    env: {
      ...{ PUBLIC_URL: front.url, SECRET_KEY: secret },
      ...{ ARGON2_TIME_COST: '1', ARGON2_MEMORY_COST: '64', ARGON2_PARALLELISM: '1' },
    },
  });
  const cli = { env: { DATA_DIR: server.dataDir, SECRET_KEY: secret }, cwd: server.dataDir };
  await runCliShared(['tenant', 'create', '--slug', 'acme', '--name', 'Acme'], cli);
  const jwks = await apiClient(server.url).get('/.well-known/jwks.json');
  const { keys } = jwks.body as { keys: readonly unknown[] };
  front.publish(keys);
  return {
    ...{ front, server, keys, key: await signingKeyOf(server, secret) },
    acme: await signIn(server, 'acme'),
    other: await signIn(server, 'default'),
  };
}

/** A further sign-in of the tenant's one user. */
export async function signIn(server: ServerProcess, tenant: string): Promise<SignedIn> {
  const { post } = apiClient(server.url);
  const headers = { 'x-tenant': tenant };
  const credentials = { email: `ada@${tenant}.test`, password: PASSWORD };
  await post('/auth/register', credentials, headers);
  const { body } = await post('/auth/login', { ...credentials, transport: 'token' }, headers);
  const token = String(body['access_token']);
  const me = await apiClient(server.url).get('/auth/me', { authorization: `Bearer ${token}` });
  const { tenant: own, user } = me.body as { tenant: { id: string }; user: { id: string } };
  return { tenantId: own.id, userId: user.id, token, refreshToken: String(body['refresh_token']) };
}

async function signingKeyOf(server: ServerProcess, secret: string): Promise<TokenKey> {
  const embedded = await startEmbedded({ dir: join(server.dataDir, 'postgres') });
  const client = new pg.Client(embedded.connection);
  await client.connect();
  const { rows } = await client.query<{ kid: string; sealed: Buffer }>(
    `SELECT kid, sealed_private_key AS sealed FROM gatehouse.signing_keys WHERE state = 'active'`,
  );
  await client.end();
  await embedded.stopIfLast();
  const [row] = rows;
  if (!row) throw new Error('The server has no signing key');
  const der = createSecretBox([secret]).open(row.sealed, signingKeyContext(row.kid));
  return {
    kid: row.kid,
    privateKey: createPrivateKey({ key: Buffer.from(der), type: 'pkcs8', format: 'der' }),
  };
}
