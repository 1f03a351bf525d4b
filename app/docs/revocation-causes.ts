/** Something that ends what a token was good for, and what its bearer is told from then on. */
export type RevocationCause = Readonly<{
  /** What is done, as a heading of a row. */
  deed: string;
  /** What it ends, or changes. */
  ends: string;
  /**
   * What a request with such a token is told: a status and a code; `null` where
   * the token stays good, and what it stands for has changed.
   */
  told: Readonly<{ status: number; code: string }> | null;
  /** Whether a request does it in this release, or an operator in the database. */
  by: 'request' | 'statement';
  /** How fast every write goes by it, on whatever process. Default: at once. */
  writes?: 'within a second';
}>;

const ENDED = { status: 401, code: 'session_revoked' } as const;
const INVALID = { status: 401, code: 'token_invalid' } as const;

/**
 * Everything that ends or changes a session. `tests/e2e/revocation.test.ts` does
 * each of these on one process and asks another: what stands here is proved there.
 */
export const REVOCATION_CAUSES = {
  logout: {
    deed: 'Signing out, `POST /auth/logout`',
    ends: 'the session',
    told: ENDED,
    by: 'request',
  },
  logoutAll: {
    deed: 'Signing out everywhere, `POST /auth/logout-all`',
    ends: 'all sessions of the user, or all but the one that asks',
    told: ENDED,
    by: 'request',
  },
  byId: {
    deed: 'Ending a session by its id, `DELETE /auth/sessions/{id}`',
    ends: 'the session',
    told: ENDED,
    by: 'request',
  },
  deviceLimit: {
    deed: 'Signing in on one device more than `SESSION_MAX_DEVICES`',
    ends: 'the oldest session of the user',
    told: ENDED,
    by: 'request',
  },
  theft: {
    deed: 'A spent refresh token that comes back out of turn',
    ends: 'the session',
    told: ENDED,
    by: 'request',
  },
  userSuspended: {
    deed: 'Suspending a user',
    ends: 'all sessions of the user, for as long as that lasts',
    told: ENDED,
    by: 'statement',
  },
  userDeleted: {
    deed: 'Deleting a user',
    ends: 'all sessions of the user',
    told: ENDED,
    by: 'statement',
  },
  roleTaken: {
    deed: 'Taking a role from a user, or giving one',
    ends: 'what the user may do by it',
    told: null,
    by: 'statement',
  },
  tenantSuspended: {
    deed: 'Suspending a tenant',
    ends: 'every session of the tenant, for as long as that lasts',
    told: { status: 403, code: 'tenant_suspended' },
    by: 'statement',
  },
  audienceChanged: {
    deed: 'Changing the settings of a tenant, here its `audience`',
    ends: 'every access token with the audience before; refreshing gives one with the new',
    told: INVALID,
    by: 'statement',
  },
  limitsShortened: {
    deed: 'Moving the end of a session nearer',
    ends: 'the session, when that is reached',
    told: ENDED,
    by: 'statement',
  },
  sessionsEmptied: {
    deed: 'Emptying the table of sessions',
    ends: 'every session of the installation',
    told: ENDED,
    by: 'statement',
  },
  keyRetired: {
    deed: 'Retiring a signing key at once',
    ends: 'every access token that it signed; refreshing gives one of the active key',
    told: INVALID,
    by: 'statement',
    // Which keys are good is remembered, and not asked each time.
    writes: 'within a second',
  },
} as const satisfies Readonly<Record<string, RevocationCause>>;

export type RevocationCauseName = keyof typeof REVOCATION_CAUSES;

/** A thing that goes wrong, and what it does to the promise. */
export type RevocationFault = Readonly<{ fault: string; meanwhile: string }>;

const HELD = 'Held: a second at most.';

/** Everything that goes wrong in `tests/e2e/revocation.test.ts` while something is revoked. */
export const REVOCATION_FAULTS = {
  listenerCut: {
    fault: 'The connection on which a process waits to be woken is cut',
    meanwhile: `${HELD} The process reads twice a second until it has another.`,
  },
  neverWoken: {
    fault: 'A process cannot be woken at all: a pooler in transaction mode, and no `DATABASE_DIRECT_URL`',
    meanwhile: `${HELD} The process reads twice a second.`,
  },
  writerKilled: {
    fault: 'Whoever revokes is killed right after its commit',
    meanwhile: `${HELD} What is to be told was committed with the change.`,
  },
  outOfOrder: {
    fault: 'Two changes are committed in the other order than they were written',
    meanwhile: HELD,
  },
  startedLater: {
    fault: 'A process starts after the change',
    meanwhile: 'It knows nothing yet, asks, and refuses the first request.',
  },
  redisEmptied: {
    fault: 'Redis is emptied, stopped or started again',
    meanwhile: `${HELD} Redis has no part in it.`,
  },
  databaseAway: {
    fault: 'Postgres is away for longer than a second',
    meanwhile:
      'Whatever asks for a credential is 503 `unavailable` with `Retry-After`; the keys at `/.well-known/jwks.json` are served. When Postgres is back, so is everything else.',
  },
  databaseRestored: {
    fault: 'The database is put back to an older copy while processes run',
    meanwhile:
      'Everything that was remembered is forgotten: a session that began after the copy was made is refused within a second of the database being back, and one that the copy holds goes on.',
  },
} as const satisfies Readonly<Record<string, RevocationFault>>;

export type RevocationFaultName = keyof typeof REVOCATION_FAULTS;
