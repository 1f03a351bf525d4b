import { createAccessTokens } from '../adapters/crypto/access-tokens.ts';
import { createArgon2Hasher } from '../adapters/crypto/argon2-hasher.ts';
import { createCommonPasswords } from '../adapters/crypto/common-passwords.ts';
import { createMacKeys } from '../adapters/crypto/mac-keys.ts';
import { createNodeCrypto } from '../adapters/crypto/node-crypto.ts';
import { createSecretBox } from '../adapters/crypto/secret-box.ts';
import { createSigningKeyFactory } from '../adapters/crypto/signing-keys.ts';
import type { Pool } from '../adapters/postgres/pools.ts';
import { createTenantDirectory } from '../adapters/postgres/tenant-directory.ts';
import { createUnitOfWork } from '../adapters/postgres/unit-of-work.ts';
import type { Config } from '../config/index.ts';
import { createEnsureInstalled } from '../core/installation/index.ts';
import { createCreateAdmin, createInvite } from '../core/invitations/index.ts';
import {
  createCreateTenant,
  createResolveTenant,
  createSetTenantSettings,
  parseTenantSlug,
} from '../core/tenants/index.ts';
import { createSignInTurns } from './sign-in-turns.ts';

/** How many password hashes may wait for a turn before more are turned away. */
export const HASH_QUEUE_MAX = 64;
/** How long one may wait, in milliseconds: a sign-in has waited for its turn before. */
export const HASH_WAIT_MAX_MS = 450;

export type ServicesOptions = Readonly<{ config: Config; secretKeys: readonly string[]; pool: Pool }>;
export type Services = ReturnType<typeof createServices>;

/** What server and command line share: the ports over one pool, and the use cases of an operator. */
export function createServices({ config, secretKeys, pool }: ServicesOptions) {
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
  const unitOfWork = createUnitOfWork({ pool, crypto, box });
  const tenants = createTenantDirectory(pool);
  const tenantDefaults = {
    emailVerificationRequired: config.emailVerificationRequired,
    sessionMaxDevices: config.sessionMaxDevices,
    sessionInactivityDays: config.sessionInactivityDays,
    maxLoginAttempts: config.maxLoginAttempts,
    lockoutSeconds: config.lockoutSeconds,
  };
  const accessTokens = createAccessTokens({ box });
  const invite = createInvite({ unitOfWork, crypto });
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
    },
    macKeys: createMacKeys(secretKeys),
    resolveTenant: createResolveTenant({ tenants, defaultTenant }),
    createTenant: createCreateTenant({ unitOfWork, tenants, crypto }),
    setTenantSettings: createSetTenantSettings({ unitOfWork }),
    createAdmin: createCreateAdmin({ unitOfWork, invite, crypto, hasher, commonPasswords, tenantDefaults }),
    ensureInstalled: createEnsureInstalled({
      ...{ unitOfWork, tenants, crypto, accessTokens },
      signingKeyFactory: createSigningKeyFactory({ box }),
      signingAlgorithm: config.jwtAlgorithm,
    }),
  };
}
