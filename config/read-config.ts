import { resolve } from 'node:path';
import type { Config } from './config.ts';
import { readDatabase } from './database.ts';
import { createLookup, type EnvironmentVariables, type Lookup } from './lookup.ts';
import { ConfigInvalid, type ConfigProblem } from './problems.ts';
import type { Need } from './variable.ts';
import { VARIABLES } from './variables/index.ts';

/**
 * Reads the configuration out of `env`.
 *
 * @param options.needs what the command uses; `['server']`, everything, when
 *   left out. A variable outside of it is not read at all, so it has its default
 *   in the answer (a secret: `null`), and it is nobody's problem.
 * @throws {ConfigInvalid} with every problem that there is
 */
export function readConfig(
  env: EnvironmentVariables,
  options: Readonly<{ needs?: readonly Need[] }> = {},
): Config {
  const problems: ConfigProblem[] = [];
  const needs = options.needs ?? ['server'];
  const lookup = createLookup(env, readEnvironment(env, problems), needs, problems);
  const config = { ...readService(lookup), database: readDatabase(lookup), ...readSignIn(lookup) };
  if (problems.length > 0) throw new ConfigInvalid(problems);
  return config;
}

/** A wrong one is taken for development, so that only what is wrong anywhere is told beside it. */
function readEnvironment(env: EnvironmentVariables, problems: ConfigProblem[]): Config['environment'] {
  return createLookup(env, 'development', ['server'], problems).value(VARIABLES.ENVIRONMENT);
}

function readService(lookup: Lookup) {
  const port = lookup.value(VARIABLES.PORT);
  return {
    environment: lookup.environment,
    host: lookup.value(VARIABLES.HOST),
    port,
    publicUrl: lookup.given(VARIABLES.PUBLIC_URL) ?? new URL(`http://localhost:${port}`).origin,
    dataDir: resolve(lookup.value(VARIABLES.DATA_DIR)),
    logLevel: lookup.value(VARIABLES.LOG_LEVEL),
    corsOrigins: lookup.value(VARIABLES.CORS_ORIGINS),
    isDocsOn: lookup.value(VARIABLES.DOCS),
    defaultTenant: lookup.value(VARIABLES.DEFAULT_TENANT),
  };
}

function readSignIn(lookup: Lookup) {
  const days = lookup.value(VARIABLES.REFRESH_TOKEN_EXPIRE_DAYS);
  const daysMax = lookup.value(VARIABLES.REFRESH_TOKEN_MAX_LIFETIME_DAYS);
  if (daysMax < days) {
    lookup.refuse(VARIABLES.REFRESH_TOKEN_MAX_LIFETIME_DAYS, 'must be at least REFRESH_TOKEN_EXPIRE_DAYS');
  }
  return {
    secretKeys: lookup.given(VARIABLES.SECRET_KEY),
    accessTokenSeconds: lookup.value(VARIABLES.ACCESS_TOKEN_EXPIRE_MINUTES) * 60,
    jwtAlgorithm: lookup.value(VARIABLES.JWT_ALGORITHM),
    refreshTokenSeconds: days * 86_400,
    refreshTokenLifetimeSeconds: daysMax * 86_400,
    refreshReuseGraceSeconds: lookup.value(VARIABLES.REFRESH_REUSE_GRACE_SECONDS),
    sessionMaxDevices: lookup.value(VARIABLES.SESSION_MAX_DEVICES),
    sessionInactivityDays: lookup.value(VARIABLES.SESSION_INACTIVITY_TIMEOUT_DAYS),
    emailVerificationRequired: lookup.value(VARIABLES.REQUIRE_EMAIL_VERIFICATION),
    emailVerificationSeconds: lookup.value(VARIABLES.EMAIL_VERIFICATION_EXPIRE_HOURS) * 3600,
    argon2: readArgon2(lookup),
    auditRetentionMonths: lookup.value(VARIABLES.AUDIT_RETENTION_MONTHS),
  };
}

function readArgon2(lookup: Lookup): Config['argon2'] {
  const timeCost = lookup.value(VARIABLES.ARGON2_TIME_COST);
  const memoryCostKib = lookup.value(VARIABLES.ARGON2_MEMORY_COST);
  const parallelism = lookup.value(VARIABLES.ARGON2_PARALLELISM);
  if (memoryCostKib < 8 * parallelism) {
    lookup.refuse(VARIABLES.ARGON2_MEMORY_COST, 'must be at least 8 times ARGON2_PARALLELISM (RFC 9106)');
  }
  return { timeCost, memoryCostKib, parallelism };
}
