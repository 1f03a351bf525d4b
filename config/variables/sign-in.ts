import { choice, flag, integer } from '../parsers.ts';
import { EXAMPLE_SECRET_KEY, refuseGuessableKeys, secretKeys } from '../secret-keys.ts';
import { localOrDeployed, type Variable } from '../variable.ts';

const JWT_ALGORITHMS = ['ES256', 'EdDSA', 'RS256'] as const;

/** Secrets, tokens, sessions, registration and passwords, and the record of all that. */
export const SIGN_IN = {
  SECRET_KEY: {
    name: 'SECRET_KEY',
    group: 'Secrets',
    description:
      'Encrypts at rest and derives keys. To rotate, put the new one in front, separated by a comma, and keep the old one until `keys reencrypt` has nothing left to do. Make one with `npm run --silent cli -- config generate-secret`.',
    parser: secretKeys,
    default: null,
    defaultNote: 'generated into `DATA_DIR` (development and test only)',
    example: EXAMPLE_SECRET_KEY,
    isSecret: true,
    demandedBy: ['server', 'app', 'system'],
    productionRule: {
      says: 'a `SECRET_KEY` entry of one repeated character, or one that stands in our own examples',
      refuse: refuseGuessableKeys,
    },
  },
  ACCESS_TOKEN_EXPIRE_MINUTES: {
    name: 'ACCESS_TOKEN_EXPIRE_MINUTES',
    group: 'Tokens and sessions',
    description: 'Life of an access token.',
    parser: integer(1, 1440, 'minutes'),
    default: '15',
    example: '15',
  },
  JWT_ALGORITHM: {
    name: 'JWT_ALGORITHM',
    group: 'Tokens and sessions',
    description: 'Signature of access tokens, for keys made from now on.',
    parser: choice(JWT_ALGORITHMS),
    default: 'ES256',
    example: 'EdDSA',
  },
  JWT_TOKEN_LOCATION: {
    name: 'JWT_TOKEN_LOCATION',
    group: 'Tokens and sessions',
    description:
      'Where an access token is looked for. With `headers,cookies` a sign-in in a browser also sets it as the cookie `access_token`, and a request that acts by it needs an allowed `Origin`.',
    parser: choice(['headers', 'headers,cookies'], 'headers or headers,cookies'),
    default: 'headers',
    example: 'headers,cookies',
  },
  REFRESH_TOKEN_EXPIRE_DAYS: {
    name: 'REFRESH_TOKEN_EXPIRE_DAYS',
    group: 'Tokens and sessions',
    description: 'How long a refresh token waits for its use; each use begins a new such time.',
    parser: integer(1, 3650, 'days'),
    default: '1',
    example: '1',
  },
  REFRESH_TOKEN_MAX_LIFETIME_DAYS: {
    name: 'REFRESH_TOKEN_MAX_LIFETIME_DAYS',
    group: 'Tokens and sessions',
    description: 'When a session ends however much it is used. At least `REFRESH_TOKEN_EXPIRE_DAYS`.',
    parser: integer(1, 3650, 'days'),
    default: '30',
    example: '30',
  },
  REFRESH_REUSE_GRACE_SECONDS: {
    name: 'REFRESH_REUSE_GRACE_SECONDS',
    group: 'Tokens and sessions',
    description:
      'How long after its use a refresh token still yields the same successor (a lost response, a second tab). 0: not at all.',
    parser: integer(0, 300, 'seconds'),
    default: '10',
    example: '10',
  },
  SESSION_MAX_DEVICES: {
    name: 'SESSION_MAX_DEVICES',
    group: 'Tokens and sessions',
    description: 'Sessions that one user may have at once.',
    parser: integer(1, 1000, 'sessions'),
    default: '10',
    example: '10',
  },
  SESSION_INACTIVITY_TIMEOUT_DAYS: {
    name: 'SESSION_INACTIVITY_TIMEOUT_DAYS',
    group: 'Tokens and sessions',
    description: 'When an unused session ends. A session ends at the earliest of all its limits.',
    parser: integer(1, 3650, 'days'),
    default: '30',
    example: '30',
  },
  REQUIRE_EMAIL_VERIFICATION: {
    name: 'REQUIRE_EMAIL_VERIFICATION',
    group: 'Registration',
    description: 'Whether an address must be verified before its account exists and signs in.',
    parser: flag,
    default: localOrDeployed('false', 'true'),
    example: 'true',
  },
  EMAIL_VERIFICATION_EXPIRE_HOURS: {
    name: 'EMAIL_VERIFICATION_EXPIRE_HOURS',
    group: 'Registration',
    description: 'Life of a verification link.',
    parser: integer(1, 8760, 'hours'),
    default: '24',
    example: '24',
  },
  ARGON2_TIME_COST: {
    name: 'ARGON2_TIME_COST',
    group: 'Passwords',
    description: 'Passes of Argon2id over its memory.',
    parser: integer(1, 100, 'passes'),
    default: '3',
    example: '3',
  },
  ARGON2_MEMORY_COST: {
    name: 'ARGON2_MEMORY_COST',
    group: 'Passwords',
    description: 'Memory of one Argon2id hash, in KiB. At least 8 times `ARGON2_PARALLELISM`.',
    parser: integer(8, 4_194_304, 'KiB'),
    default: '65536',
    example: '65536',
    productionRule: {
      says: 'an `ARGON2_MEMORY_COST` below 8192',
      refuse: (text) => (Number(text) < 8192 ? 'must be at least 8192 in staging and production' : null),
    },
  },
  ARGON2_PARALLELISM: {
    name: 'ARGON2_PARALLELISM',
    group: 'Passwords',
    description: 'Lanes of one Argon2id hash.',
    parser: integer(1, 16, 'lanes'),
    default: '2',
    example: '2',
  },
  AUDIT_RETENTION_MONTHS: {
    name: 'AUDIT_RETENTION_MONTHS',
    group: 'Audit',
    description: 'How long audit events are kept; whole months are dropped.',
    parser: integer(1, 1200, 'months'),
    default: '24',
    example: '24',
    readBy: ['owner'],
  },
} satisfies Readonly<Record<string, Variable<unknown>>>;
