import pg from 'pg';
import { translateError } from './errors.ts';

// bigint arrives as text, for it may exceed a double; ours are counters that never do.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Connections that are shared and come back. */
export type Pool = pg.Pool;

/** The three roles of design.md; what each may do is granted in drizzle/. */
export type DatabaseRole = 'gatehouse_owner' | 'gatehouse_app' | 'gatehouse_system';

/** Where a database is and as whom to reach it. */
export type DatabaseAddress = Readonly<{
  connection:
    | Readonly<{ connectionString: string }>
    | Readonly<{ host: string; port: number; user: string; database: string }>;
  /** Taken on connecting, where the login is another role: over one URL in development. */
  role: DatabaseRole | null;
  ssl: false | Readonly<{ rejectUnauthorized: boolean; ca?: string }>;
}>;

/** How long each wait may take, in milliseconds. */
export type Patience = Readonly<{
  /** For a connection: a new one, or one that somebody else has. */
  acquireMs: number;
  /** For a statement, by the server's clock. */
  statementMs: number;
  /** For the answer to a statement. Longer than `statementMs`: it counts where the server says nothing at all. */
  answerMs: number;
  /** From asking for a connection until it is given back, whatever is asked over it; `null`: as long as it takes. */
  loanMs: number | null;
}>;

/** Somebody waits for an answer over HTTP, and gets one within a second (rule 33). */
export const REQUEST_PATIENCE: Patience = { acquireMs: 500, statementMs: 750, answerMs: 850, loanMs: 850 };
/** Nobody waits: jobs over all tenants, and commands. */
export const JOB_PATIENCE: Patience = { acquireMs: 800, statementMs: 3_000, answerMs: 3_500, loanMs: null };

export const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;

export type PoolOptions = Readonly<{
  address: DatabaseAddress;
  sizeMax: number;
  /** {@link JOB_PATIENCE} by default. */
  patience?: Patience;
  /** Told of errors on idle connections. They are replaced; nothing else is to be done. */
  onIdleError(error: Error): void;
}>;

const patienceByPool = new WeakMap<pg.Pool, Patience>();

/** How long the users of a pool may wait. */
export function patienceOf(pool: pg.Pool): Patience {
  return patienceByPool.get(pool) ?? JOB_PATIENCE;
}

/**
 * A pool whose every wait has an end.
 *
 * Errors are listened to on the pool and on each client. Without both, a
 * restart of Postgres is an uncaught exception (ADR 0001).
 */
export function openPool({ address, sizeMax, patience = JOB_PATIENCE, onIdleError }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(address),
    max: sizeMax,
    connectionTimeoutMillis: patience.acquireMs,
    query_timeout: patience.answerMs,
    // PgBouncer refuses start-up parameters that it does not know, so a role that logs in itself brings these along
    // (drizzle/roles.sql); one that is taken over another login does not.
    ...(address.role && {
      statement_timeout: patience.statementMs,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    }),
    keepAlive: true,
  });
  patienceByPool.set(pool, patience);
  pool.on('error', onIdleError);
  // The pool tells of idle ones above, and a query that is under way rejects by itself.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** How one connection is opened, for a pool and for a client of its own alike. */
export function clientConfig({ connection, role, ssl }: DatabaseAddress): pg.ClientConfig {
  return {
    ...connection,
    ssl,
    application_name: 'gatehouse',
    ...(role && { options: `-c role=${role}` }),
  };
}

export type PoolIdentity = Readonly<{
  sessionUser: string;
  currentUser: string;
  isSuperuser: boolean;
  bypassesRowSecurity: boolean;
}>;

const IDENTIFY = `
  SELECT session_user::text AS "sessionUser", current_user::text AS "currentUser",
    rolsuper AS "isSuperuser", rolbypassrls AS "bypassesRowSecurity"
  FROM pg_roles WHERE rolname = current_user`;

/** What can be asked as whom it acts: a pool, or one connection. */
type Connected = Pick<pg.Pool | pg.Client, 'query'>;

/** As whom a pool's connections really act. */
export async function identify(pool: Connected): Promise<PoolIdentity> {
  const { rows } = await pool.query<PoolIdentity>(IDENTIFY).catch((error: unknown) => {
    throw translateError(error);
  });
  const [identity] = rows;
  if (!identity) throw new Error('The database does not know the role that we are connected as');
  return identity;
}

/** A pool that acts as another role than it must: serving over it would bypass row-level security. */
export class WrongDatabaseRole extends Error {
  override readonly name = 'WrongDatabaseRole';
}

/**
 * Refuses a pool that is not what it should be.
 *
 * @param isOwnLogin whether the login itself must be that role (staging and production)
 * @throws {WrongDatabaseRole}
 */
export async function refuseWrongRole(
  pool: Connected,
  expected: DatabaseRole,
  isOwnLogin: boolean,
): Promise<void> {
  const { sessionUser, currentUser, isSuperuser, bypassesRowSecurity } = await identify(pool);
  const isRight = currentUser === expected && !isSuperuser && !bypassesRowSecurity;
  if (isRight && (!isOwnLogin || sessionUser === expected)) return;
  throw new WrongDatabaseRole(
    `The database connection acts as "${currentUser}" (logged in as "${sessionUser}"` +
      `${isSuperuser ? ', a superuser' : ''}${bypassesRowSecurity ? ', bypassing row-level security' : ''}), ` +
      `but must act as "${expected}" so that row-level security holds`,
  );
}
