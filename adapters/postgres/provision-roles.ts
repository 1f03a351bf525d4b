import pg from 'pg';
import { sqlStateOf, translateError } from './errors.ts';
import {
  clientConfig,
  type DatabaseAddress,
  type DatabaseRole,
  IDLE_IN_TRANSACTION_TIMEOUT_MS,
  JOB_PATIENCE,
  REQUEST_PATIENCE,
} from './pools.ts';

const ROLES: readonly DatabaseRole[] = ['gatehouse_owner', 'gatehouse_app', 'gatehouse_system'];
const ATTEMPTS_MAX = 8;
const LOCK_KEY = 0x726f6c65; // "role"

// Roles are shared by all databases of a cluster, so the lock on one database
// does not keep another's first start away: "exists already", "unique
// violation" and "tuple concurrently updated" mean that it was faster.
const RACED = new Set(['42710', '23505', 'XX000', '40001']);

/**
 * Makes the three roles over one login of a superuser or of the database's
 * owner with CREATEROLE, and lets that login take them. Repeatable.
 *
 * For development and the embedded server. In staging and production the roles
 * exist beforehand (drizzle/roles.sql) and each pool logs in as its own.
 *
 * @param address the login itself, no role taken
 */
export async function provisionRoles(address: DatabaseAddress): Promise<void> {
  const client = new pg.Client({ ...clientConfig(address), connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    for (const role of ROLES) {
      await untilSettled(() => client.query(createRole(role)));
      await untilSettled(() => client.query(takeRole(role)));
      if (role !== 'gatehouse_owner') await untilSettled(() => client.query(limitRole(role)));
    }
    await untilSettled(() => client.query(LET_OWNER_CREATE));
  } catch (error) {
    throw translateError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function untilSettled(statement: () => Promise<unknown>, attempt = 1): Promise<void> {
  try {
    await statement();
  } catch (error) {
    if (attempt >= ATTEMPTS_MAX || !RACED.has(sqlStateOf(error) ?? '')) throw error;
    await untilSettled(statement, attempt + 1);
  }
}

function createRole(role: DatabaseRole): string {
  return `DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
      CREATE ROLE ${role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
  END $$`;
}

/** From 16 on, taking a role is an option of its own on the membership; a superuser needs none. */
function takeRole(role: DatabaseRole): string {
  return `DO $$ BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
      RETURN;
    ELSIF current_setting('server_version_num')::int >= 160000 THEN
      IF NOT pg_has_role(current_user, '${role}', 'SET') THEN
        EXECUTE format('GRANT ${role} TO %I WITH SET TRUE', current_user);
      END IF;
    ELSIF NOT pg_has_role(current_user, '${role}', 'MEMBER') THEN
      EXECUTE format('GRANT ${role} TO %I', current_user);
    END IF;
  END $$`;
}

/** Deadlines that come along with a login, whichever way it takes. */
function limitRole(role: DatabaseRole): string {
  const { statementMs } = role === 'gatehouse_app' ? REQUEST_PATIENCE : JOB_PATIENCE;
  return `DO $$ BEGIN
    IF (SELECT rolconfig IS NULL FROM pg_roles WHERE rolname = '${role}') THEN
      ALTER ROLE ${role} SET statement_timeout = ${statementMs};
      ALTER ROLE ${role} SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_TIMEOUT_MS};
    END IF;
  END $$`;
}

const LET_OWNER_CREATE = `DO $$ BEGIN
  IF NOT has_database_privilege('gatehouse_owner', current_database(), 'CREATE') THEN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO gatehouse_owner', current_database());
  END IF;
END $$`;
