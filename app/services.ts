import { createAccessTokens } from '../adapters/crypto/access-tokens.ts';
import { createArgon2Hasher } from '../adapters/crypto/argon2-hasher.ts';
import { createCommonPasswords } from '../adapters/crypto/common-passwords.ts';
import { createMacKeys } from '../adapters/crypto/mac-keys.ts';
import { createNodeCrypto } from '../adapters/crypto/node-crypto.ts';
import { createSecretBox } from '../adapters/crypto/secret-box.ts';
import { createSigningKeyFactory } from '../adapters/crypto/signing-keys.ts';
import type { Pool } from '../adapters/postgres/pools.ts';
import { createRevocationLog } from '../adapters/postgres/revocation-log.ts';
import { createReadSigningKeys } from '../adapters/postgres/signing-key-reader.ts';
import { createTenantDirectory } from '../adapters/postgres/tenant-directory.ts';
import { createUnitOfWork } from '../adapters/postgres/unit-of-work.ts';
import type { Config } from '../config/index.ts';
import { createEnsureInstalled } from '../core/installation/index.ts';
import { createCreateAdmin, createInvite } from '../core/invitations/index.ts';
import { createRevocationFeed } from '../core/revocation/index.ts';
import {
  createCreateTenant,
  createResolveTenant,
  createSetTenantSettings,
  parseTenantSlug,
} from '../core/tenants/index.ts';
import {
  createKeepKeys,
  createListKeys,
  createResealKeys,
  createRetireKey,
  createRotateKeys,
  type KeyDeps,
} from '../core/tokens/index.ts';
import { createReloadKeys } from './reload-keys.ts';
import { createSignInTurns } from './sign-in-turns.ts';

/** How many password hashes may wait for a turn before more are turned away. */
export const HASH_QUEUE_MAX = 64;
/** How long one may wait, in milliseconds: a sign-in has waited for its turn before. */
export const HASH_WAIT_MAX_MS = 450;

export type ServicesOptions = Readonly<{
  config: Config;
  secretKeys: readonly string[];
  pool: Pool;
  /** Told when this process can sign no more, because its `SECRET_KEY` does not open the active key. Default: nobody. */
  onUnreadable?: () => void;
}>;
export type Services = ReturnType<typeof createServices>;

/** What server and command line share: the ports over one pool, and the use cases of an operator. */
export function createServices({
  config,
  secretKeys,
  pool,
  onUnreadable = () => undefined,
}: ServicesOptions) {
  const clock = { now: () => new Date() };
  const crypto = createNodeCrypto(clock);
  const box = createSecretBox(secretKeys);
  const { timeCost, memoryCostKib, parallelism } = config.argon2;
  const hasher = createArgon2Hasher({
    timeCost,
    memoryCostKib,
    parallelism,
    queueMax: HASH_QUEUE_MAX,
    waitMaxMs: HASH_WAIT_MAX_MS,
  });
  const commonPasswords = createCommonPasswords();
  const tenants = createTenantDirectory(pool);
  const tenantDefaults = {
    emailVerificationRequired: config.emailVerificationRequired,
    sessionMaxDevices: config.sessionMaxDevices,
    sessionInactivityDays: config.sessionInactivityDays,
    maxLoginAttempts: config.maxLoginAttempts,
    lockoutSeconds: config.lockoutSeconds,
  };
  const accessTokens = createAccessTokens({ box });
  const stopwatch = { elapsedMs: () => performance.now() };
  const feed = createRevocationFeed({
    log: createRevocationLog(pool),
    stopwatch,
    reloadKeys: createReloadKeys({ accessTokens, read: createReadSigningKeys(pool), onUnreadable }),
  });
  const unitOfWork = createUnitOfWork({ pool, crypto, box, onRevoked: feed.take });
  const invite = createInvite({ unitOfWork, crypto });
  const signingKeyFactory = createSigningKeyFactory({ box });
  const defaultTenant = parseTenantSlug(config.defaultTenant);
  if (!defaultTenant) throw new Error('DEFAULT_TENANT is not a slug');

  return {
    ...{
      clock,
      crypto,
      box,
      hasher,
      signInTurns: createSignInTurns(hasher.concurrency),
      commonPasswords,
      unitOfWork,
      tenants,
      tenantDefaults,
      accessTokens,
      invite,
      feed,
      stopwatch,
    },
    macKeys: createMacKeys(secretKeys),
    resolveTenant: createResolveTenant({ tenants, defaultTenant }),
    createTenant: createCreateTenant({ unitOfWork, tenants, crypto }),
    setTenantSettings: createSetTenantSettings({ unitOfWork }),
    createAdmin: createCreateAdmin({ unitOfWork, invite, crypto, hasher, commonPasswords, tenantDefaults }),
    signingKeys: signingKeyUseCases({
      ...{ unitOfWork, tenants, factory: signingKeyFactory },
      ...{ algorithm: config.jwtAlgorithm, accessTokenSeconds: config.accessTokenSeconds },
    }),
    ensureInstalled: createEnsureInstalled({
      ...{ unitOfWork, tenants, crypto, accessTokens, signingKeyFactory },
      signingAlgorithm: config.jwtAlgorithm,
    }),
  };
}

function signingKeyUseCases(deps: KeyDeps) {
  return {
    keep: createKeepKeys(deps),
    list: createListKeys(deps),
    rotate: createRotateKeys(deps),
    retire: createRetireKey(deps),
    reseal: createResealKeys(deps),
  };
}
