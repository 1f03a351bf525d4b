import { resolve } from 'node:path';
import type { Config } from './config.ts';
import { readDatabase } from './database.ts';
import { createLookup, type EnvironmentVariables, type Lookup } from './lookup.ts';
import { readSmtp, refuseUnpaired } from './mail.ts';
import { ConfigInvalid, type ConfigProblem } from './problems.ts';
import { readRedis } from './redis.ts';
import { isDeployed, type Need } from './variable.ts';
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
  const config = {
    ...readService(lookup),
    database: readDatabase(lookup),
    redis: readRedis(lookup),
    smtp: readSmtp(lookup),
    ...readSignIn(lookup),
    ...readProtection(lookup),
    ...readUsers(lookup),
  };
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
    trustedProxies: lookup.value(VARIABLES.TRUST_PROXY),
    metricsCredentials: readMetricsCredentials(lookup),
    worker: lookup.value(VARIABLES.WORKER),
  };
}

function readMetricsCredentials(lookup: Lookup): Config['metricsCredentials'] {
  const user = lookup.given(VARIABLES.METRICS_USER);
  const password = lookup.given(VARIABLES.METRICS_PASS);
  // Where both are demanded anyway, that one is missing is said already.
  if (!isDeployed(lookup.environment)) {
    refuseUnpaired(lookup, VARIABLES.METRICS_USER, VARIABLES.METRICS_PASS);
  }
  return user !== null && password !== null ? { user, password } : null;
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
    jwtTokenLocation: lookup.value(VARIABLES.JWT_TOKEN_LOCATION),
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

function readProtection(lookup: Lookup) {
  return {
    maxLoginAttempts: lookup.value(VARIABLES.MAX_LOGIN_ATTEMPTS),
    maxLoginAttemptsPerIp: lookup.value(VARIABLES.MAX_LOGIN_ATTEMPTS_PER_IP),
    lockoutSeconds: lookup.value(VARIABLES.ACCOUNT_LOCKOUT_DURATION_MINUTES) * 60,
    rateLimits: {
      credentialsPerMinute: lookup.value(VARIABLES.RATE_LIMIT_CREDENTIALS_PER_MINUTE),
      publicPerMinute: lookup.value(VARIABLES.RATE_LIMIT_PUBLIC_PER_MINUTE),
      magicLinksPerFiveMinutes: lookup.value(VARIABLES.MAGIC_LINK_RATE_LIMIT),
    },
    geoipDb: lookup.given(VARIABLES.GEOIP_DB),
  };
}

function readUsers(lookup: Lookup) {
  return {
    magicLinkSeconds: lookup.value(VARIABLES.MAGIC_LINK_EXPIRE_MINUTES) * 60,
    passwordResetSeconds: lookup.value(VARIABLES.PASSWORD_RESET_EXPIRE_MINUTES) * 60,
    accountDeletionGraceDays: lookup.value(VARIABLES.ACCOUNT_DELETION_GRACE_DAYS),
    apiKeyDefaultExpireDays: lookup.value(VARIABLES.API_KEY_DEFAULT_EXPIRE_DAYS),
    apiKeyMaxPerUser: lookup.value(VARIABLES.API_KEY_MAX_PER_USER),
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
