import type { DatabaseConfig } from './database.ts';
import type { SmtpConfig } from './mail.ts';
import type { RedisConfig } from './redis.ts';
import type { Environment } from './variable.ts';

/** Everything that an operator can set, read once at start. Lives are in the unit that the name ends with. */
export type Config = Readonly<{
  environment: Environment;
  host: string;
  /** 0: any free one, in development and test only. */
  port: number;
  /**
   * Origin only, no trailing slash. With `port` 0 and nothing set it ends in
   * `:0`, and whoever listens puts the real port there.
   */
  publicUrl: string;
  /** Absolute path. */
  dataDir: string;
  database: DatabaseConfig;
  /** `null`: limits are counted in this process. */
  redis: RedisConfig | null;
  /** `null`: nobody delivers mail but the development mailbox. */
  smtp: SmtpConfig | null;
  /** Networks (CIDR) whose forwarded headers are believed. */
  trustedProxies: readonly string[];
  /** `null`: metrics are for loopback alone, and in development and test only. */
  metricsCredentials: Readonly<{ user: string; password: string }> | null;
  worker: 'on' | 'off' | 'only';
  /** Newest first. `null`: generated into `dataDir`. */
  secretKeys: readonly string[] | null;
  logLevel: LogLevel;
  corsOrigins: readonly string[];
  isDocsOn: boolean;
  /** A slug. */
  defaultTenant: string;
  accessTokenSeconds: number;
  jwtAlgorithm: JwtAlgorithm;
  /** Where an access token is looked for; with cookies it is also set as one. */
  jwtTokenLocation: 'headers' | 'headers,cookies';
  /** Sliding: begins anew with each use. */
  refreshTokenSeconds: number;
  /** Absolute: from the sign-in, however much it is used. Never below `refreshTokenSeconds`. */
  refreshTokenLifetimeSeconds: number;
  /** 0: off. */
  refreshReuseGraceSeconds: number;
  sessionMaxDevices: number;
  sessionInactivityDays: number;
  emailVerificationRequired: boolean;
  emailVerificationSeconds: number;
  /** Wrong passwords for one identifier or user within `lockoutSeconds` that lock it for as long. */
  maxLoginAttempts: number;
  /** As `maxLoginAttempts`, from one IP address in one tenant. */
  maxLoginAttemptsPerIp: number;
  lockoutSeconds: number;
  rateLimits: Readonly<{
    credentialsPerMinute: number;
    publicPerMinute: number;
    magicLinksPerFiveMinutes: number;
  }>;
  magicLinkSeconds: number;
  passwordResetSeconds: number;
  accountDeletionGraceDays: number;
  apiKeyDefaultExpireDays: number;
  apiKeyMaxPerUser: number;
  /** `null`: the bundled country data. */
  geoipDb: string | null;
  argon2: Readonly<{ timeCost: number; memoryCostKib: number; parallelism: number }>;
  auditRetentionMonths: number;
}>;

type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

type JwtAlgorithm = 'ES256' | 'EdDSA' | 'RS256';
