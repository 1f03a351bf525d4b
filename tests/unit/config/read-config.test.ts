import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { ENVIRONMENTS } from '../../../config/variable.ts';
import { ALL_VARIABLES } from '../../../config/variables/index.ts';
import { KEY, PRODUCTION, refusalOf, refusedNames } from './support.ts';

describe('with nothing set', () => {
  it('is a development that needs no service', () => {
    expect(readConfig({})).toEqual({
      environment: 'development',
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://localhost:8080',
      dataDir: resolve('.gatehouse'),
      database: {
        url: null,
        ownerUrl: null,
        systemUrl: null,
        directUrl: null,
        ssl: 'disable',
        ca: null,
        poolMax: 10,
      },
      redis: null,
      smtp: null,
      trustedProxies: [],
      metricsCredentials: null,
      worker: 'on',
      secretKeys: null,
      logLevel: 'debug',
      corsOrigins: ['http://localhost:5173'],
      isDocsOn: true,
      defaultTenant: 'default',
      accessTokenSeconds: 900,
      jwtAlgorithm: 'ES256',
      jwtTokenLocation: 'headers',
      refreshTokenSeconds: 86_400,
      refreshTokenLifetimeSeconds: 30 * 86_400,
      refreshReuseGraceSeconds: 10,
      sessionMaxDevices: 10,
      sessionInactivityDays: 30,
      emailVerificationRequired: false,
      emailVerificationSeconds: 86_400,
      maxLoginAttempts: 5,
      maxLoginAttemptsPerIp: 50,
      lockoutSeconds: 1800,
      rateLimits: { credentialsPerMinute: 5, publicPerMinute: 1200, magicLinksPerFiveMinutes: 2 },
      magicLinkSeconds: 900,
      passwordResetSeconds: 1800,
      accountDeletionGraceDays: 30,
      apiKeyDefaultExpireDays: 365,
      apiKeyMaxPerUser: 20,
      geoipDb: null,
      argon2: { timeCost: 3, memoryCostKib: 65_536, parallelism: 2 },
      auditRetentionMonths: 24,
    });
  });

  it('takes an empty value for none', () => {
    const empty = Object.fromEntries(
      ALL_VARIABLES.flatMap(({ name }) => [
        [name, ''],
        [`${name}_FILE`, ''],
      ]),
    );

    expect(readConfig(empty)).toEqual(readConfig({}));
  });
});

describe('defaults by environment', () => {
  const local = {
    host: '127.0.0.1',
    emailVerificationRequired: false,
    corsOrigins: ['http://localhost:5173'],
    database: { ssl: 'disable' },
  };
  const deployed = {
    host: '0.0.0.0',
    emailVerificationRequired: true,
    corsOrigins: [],
    database: { ssl: 'verify-full' },
  };

  it.each([
    ['development', { ...local, logLevel: 'debug', isDocsOn: true }],
    ['test', { ...local, logLevel: 'warn', isDocsOn: true }],
    ['staging', { ...deployed, logLevel: 'info', isDocsOn: true }],
    ['production', { ...deployed, logLevel: 'warn', isDocsOn: false }],
  ])('%s', (environment, expected) => {
    expect(readConfig({ ...PRODUCTION, ENVIRONMENT: environment })).toMatchObject({
      environment,
      ...expected,
    });
  });

  it('gives access tokens the same life everywhere', () => {
    const lives = ENVIRONMENTS.map(
      (name) => readConfig({ ...PRODUCTION, ENVIRONMENT: name }).accessTokenSeconds,
    );

    expect(new Set(lives)).toEqual(new Set([900]));
  });
});

describe('each value', () => {
  it('is taken over in the unit that its field names', () => {
    const config = readConfig({
      HOST: '::1',
      PORT: '9000',
      DATA_DIR: '/var/lib/gatehouse',
      LOG_LEVEL: 'silent',
      CORS_ORIGINS: 'https://a.example, http://localhost:3000,https://a.example',
      DOCS: 'off',
      DEFAULT_TENANT: 'acme',
      SECRET_KEY: `${KEY}, ${KEY}-old`,
      ACCESS_TOKEN_EXPIRE_MINUTES: '5',
      JWT_ALGORITHM: 'EdDSA',
      JWT_TOKEN_LOCATION: 'headers,cookies',
      REFRESH_TOKEN_EXPIRE_DAYS: '7',
      REFRESH_TOKEN_MAX_LIFETIME_DAYS: '7',
      REFRESH_REUSE_GRACE_SECONDS: '0',
      SESSION_MAX_DEVICES: '3',
      SESSION_INACTIVITY_TIMEOUT_DAYS: '2',
      REQUIRE_EMAIL_VERIFICATION: 'true',
      EMAIL_VERIFICATION_EXPIRE_HOURS: '2',
      ARGON2_TIME_COST: '1',
      ARGON2_MEMORY_COST: '64',
      ARGON2_PARALLELISM: '8',
      AUDIT_RETENTION_MONTHS: '6',
      WORKER: 'only',
      TRUST_PROXY: '10.0.0.0/8',
      MAX_LOGIN_ATTEMPTS: '3',
      MAX_LOGIN_ATTEMPTS_PER_IP: '7',
      ACCOUNT_LOCKOUT_DURATION_MINUTES: '2',
      RATE_LIMIT_CREDENTIALS_PER_MINUTE: '11',
      RATE_LIMIT_PUBLIC_PER_MINUTE: '13',
      MAGIC_LINK_RATE_LIMIT: '17',
      MAGIC_LINK_EXPIRE_MINUTES: '3',
      PASSWORD_RESET_EXPIRE_MINUTES: '4',
      ACCOUNT_DELETION_GRACE_DAYS: '0',
      API_KEY_DEFAULT_EXPIRE_DAYS: '90',
      API_KEY_MAX_PER_USER: '2',
      GEOIP_DB: '/data/geo.mmdb',
    });

    expect(config).toMatchObject({
      host: '::1',
      port: 9000,
      publicUrl: 'http://localhost:9000',
      dataDir: '/var/lib/gatehouse',
      logLevel: 'silent',
      corsOrigins: ['https://a.example', 'http://localhost:3000'],
      isDocsOn: false,
      defaultTenant: 'acme',
      secretKeys: [KEY, `${KEY}-old`],
      accessTokenSeconds: 300,
      jwtAlgorithm: 'EdDSA',
      jwtTokenLocation: 'headers,cookies',
      refreshTokenSeconds: 7 * 86_400,
      refreshTokenLifetimeSeconds: 7 * 86_400,
      refreshReuseGraceSeconds: 0,
      sessionMaxDevices: 3,
      sessionInactivityDays: 2,
      emailVerificationRequired: true,
      emailVerificationSeconds: 7200,
      argon2: { timeCost: 1, memoryCostKib: 64, parallelism: 8 },
      auditRetentionMonths: 6,
      worker: 'only',
      trustedProxies: ['10.0.0.0/8'],
      maxLoginAttempts: 3,
      maxLoginAttemptsPerIp: 7,
      lockoutSeconds: 120,
      rateLimits: { credentialsPerMinute: 11, publicPerMinute: 13, magicLinksPerFiveMinutes: 17 },
      magicLinkSeconds: 180,
      passwordResetSeconds: 240,
      accountDeletionGraceDays: 0,
      apiKeyDefaultExpireDays: 90,
      apiKeyMaxPerUser: 2,
      geoipDb: '/data/geo.mmdb',
    });
  });

  it.each([
    ['true', true],
    ['1', true],
    ['on', true],
    ['false', false],
    ['0', false],
    ['off', false],
  ])('reads the switch %s', (text, expected) => {
    expect(readConfig({ DOCS: text }).isDocsOn).toBe(expected);
  });

  it.each([
    ['https://auth.example.com/', 'https://auth.example.com'],
    ['https://auth.example.com:443', 'https://auth.example.com'],
    ['http://localhost:3000', 'http://localhost:3000'],
  ])('reads the public URL %s', (text, expected) => {
    expect(readConfig({ PUBLIC_URL: text }).publicUrl).toBe(expected);
  });

  it('takes any free port in development', () => {
    expect(readConfig({ PORT: '0' })).toMatchObject({ port: 0, publicUrl: 'http://localhost:0' });
  });
});

describe('refuses, in every environment', () => {
  it.each([
    ['ENVIRONMENT', ['prod', 'Production', 'constructor']],
    ['HOST', ['0.0.0.0:80', 'a b', '/tmp', '[::1]']],
    ['PORT', ['65536', '-1', '8080.0', '0x50', '+80', ' 80', '080', '1e3', 'http', '9'.repeat(400)]],
    ['PUBLIC_URL', ['auth.example.com', 'https:auth.example.com', 'ftp://a.example', 'https://']],
    [
      'PUBLIC_URL',
      ['https://a.example/auth', 'https://a.example?x=1', 'https://a.example#x', 'https://u:p@a.example'],
    ],
    ['LOG_LEVEL', ['verbose', 'DEBUG']],
    [
      'CORS_ORIGINS',
      ['*', 'https://*.example.com', 'null', 'a.example', 'https://a.example/', 'https://A.example'],
    ],
    ['CORS_ORIGINS', ['https://a.example,https://b.example/x', 'https://a.example:443', 'file:///x']],
    ['DOCS', ['yes', 'ON', '2']],
    ['DEFAULT_TENANT', ['A', 'a', '-a-', 'a_b', 'a'.repeat(64)]],
    ['SECRET_KEY', ['x'.repeat(31), `${KEY},short`, `${KEY},`]],
    ['ACCESS_TOKEN_EXPIRE_MINUTES', ['0', '-5', '1441']],
    ['JWT_ALGORITHM', ['HS256', 'none', 'es256']],
    ['REFRESH_TOKEN_EXPIRE_DAYS', ['0']],
    ['REFRESH_TOKEN_MAX_LIFETIME_DAYS', ['0']],
    ['REFRESH_REUSE_GRACE_SECONDS', ['-1', '301']],
    ['SESSION_MAX_DEVICES', ['0']],
    ['SESSION_INACTIVITY_TIMEOUT_DAYS', ['0']],
    ['REQUIRE_EMAIL_VERIFICATION', ['maybe']],
    ['EMAIL_VERIFICATION_EXPIRE_HOURS', ['0', '1.5']],
    ['ARGON2_TIME_COST', ['0']],
    ['ARGON2_MEMORY_COST', ['7', '15', '64MB']],
    ['ARGON2_PARALLELISM', ['0', '17']],
    ['AUDIT_RETENTION_MONTHS', ['0']],
    ['DATABASE_POOL_MAX', ['0']],
    ['DATABASE_SSL', ['verify', 'true']],
    ['WORKER', ['true', 'yes', 'OFF']],
    ['JWT_TOKEN_LOCATION', ['cookies', 'cookies,headers', 'headers, cookies', 'Headers', 'query']],
  ])('%s of %j', (name, texts) => {
    for (const text of texts) {
      expect(refusedNames({ [name]: text }), text).toEqual([name]);
      if (name !== 'ENVIRONMENT') expect(refusedNames({ ...PRODUCTION, [name]: text }), text).toEqual([name]);
    }
  });

  // The least and the most that each number may be.
  it.each([
    ['MAX_LOGIN_ATTEMPTS', 1, 1000],
    ['MAX_LOGIN_ATTEMPTS_PER_IP', 1, 1000],
    ['ACCOUNT_LOCKOUT_DURATION_MINUTES', 1, 10_080],
    ['RATE_LIMIT_CREDENTIALS_PER_MINUTE', 1, 1_000_000],
    ['RATE_LIMIT_PUBLIC_PER_MINUTE', 1, 10_000_000],
    ['MAGIC_LINK_EXPIRE_MINUTES', 1, 1440],
    ['MAGIC_LINK_RATE_LIMIT', 1, 1000],
    ['PASSWORD_RESET_EXPIRE_MINUTES', 1, 1440],
    ['ACCOUNT_DELETION_GRACE_DAYS', 0, 3650],
    ['API_KEY_DEFAULT_EXPIRE_DAYS', 1, 3650],
    ['API_KEY_MAX_PER_USER', 1, 1000],
    ['DATABASE_POOL_MAX', 1, 1000],
  ])('%s below %d and above %d', (name, min, max) => {
    for (const number of [min, max])
      expect(() => readConfig({ ...PRODUCTION, [name]: String(number) })).not.toThrow();
    for (const number of [min - 1, max + 1])
      expect(refusedNames({ ...PRODUCTION, [name]: String(number) }), String(number)).toEqual([name]);
  });

  it('a refresh token that would outlive its session', () => {
    expect(refusedNames({ REFRESH_TOKEN_EXPIRE_DAYS: '31' })).toEqual(['REFRESH_TOKEN_MAX_LIFETIME_DAYS']);
  });

  it('less memory than RFC 9106 wants for the lanes', () => {
    expect(refusedNames({ ARGON2_MEMORY_COST: '127', ARGON2_PARALLELISM: '16' })).toEqual([
      'ARGON2_MEMORY_COST',
    ]);
    expect(readConfig({ ARGON2_MEMORY_COST: '128', ARGON2_PARALLELISM: '16' }).argon2.memoryCostKib).toBe(
      128,
    );
  });
});

describe('the refusal', () => {
  it('tells all problems at once, each with name, reason and example', () => {
    const refusal = refusalOf({
      PORT: 'x',
      DOCS: 'x',
      JWT_ALGORITHM: 'x',
      DATABASE_URL: 'x',
      SECRET_KEY: 'x',
    });

    expect(refusal.problems.map(({ name }) => name).sort()).toEqual(
      ['DATABASE_URL', 'DOCS', 'JWT_ALGORITHM', 'PORT', 'SECRET_KEY'].sort(),
    );
    expect(refusal.message.split('\n')).toHaveLength(6);
    expect(refusal.message).toContain(
      'JWT_ALGORITHM must be one of ES256, EdDSA, RS256 (for example JWT_ALGORITHM=EdDSA)',
    );
  });

  it('gives an example that would be accepted', () => {
    const partners = { PUBLIC_URL: 'https://a.example', DATABASE_URL: PRODUCTION.DATABASE_URL };
    for (const { name, example } of ALL_VARIABLES) {
      // Parts of a whole, and files that are not here.
      const isPart = /^DATABASE_(HOST|PORT|USER|PASSWORD|NAME)$|^SMTP_|^METRICS_|_CA$/.test(name);
      if (!isPart && name !== 'ENVIRONMENT')
        expect(() => readConfig({ ...partners, [name]: example })).not.toThrow();
    }
  });

  it('judges the rest as in development when ENVIRONMENT itself is wrong', () => {
    expect(refusedNames({ ENVIRONMENT: 'prod', PORT: 'x' })).toEqual(['ENVIRONMENT', 'PORT']);
  });
});

it('ignores the names that other programs use', () => {
  const others = {
    JWT_SECRET: 'x',
    JWT_SECRET_KEY: 'x',
    JWT_EXPIRE_MINUTES: '30',
    JWT_ACCESS_TOKEN_EXPIRES: '30',
    APP_MODE: 'production',
    SQLALCHEMY_DATABASE_URI: 'x',
    DEBUG: '1',
    DEFAULT_ADMIN_PASSWORD: 'x',
    JWT_HEADER_NAME: 'X-Token',
    JWT_HEADER_TYPE: 'JWT',
  };

  expect(readConfig(others)).toEqual(readConfig({}));
});

it('has a default that its own parser takes, for each variable that has one', () => {
  for (const { name, default: given, parser } of ALL_VARIABLES) {
    const texts = given === null || typeof given === 'string' ? [given] : Object.values(given);
    for (const text of texts) if (text !== null) expect(parser.parse(text), name).toHaveProperty('value');
  }
});
