import type pg from 'pg';
import { createRevocationLog } from '../../adapters/postgres/revocation-log.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

export const TENANT = '01900000-0000-7000-8000-000000000001' as TenantId;
export const USER = '01900000-0000-7000-8000-000000000002';
export const SESSION = '01900000-0000-7000-8000-000000000003';
export const OTHER_USER = '01900000-0000-7000-8000-000000000004';
export const OTHER_SESSION = '01900000-0000-7000-8000-000000000005';

export const OF_SESSION = { kind: 'session', tenantId: TENANT, sessionId: SESSION };
export const OF_OTHER_SESSION = { kind: 'session', tenantId: TENANT, sessionId: OTHER_SESSION };
export const OF_USER = { kind: 'user', tenantId: TENANT, userId: USER };
export const OF_OTHER_USER = { kind: 'user', tenantId: TENANT, userId: OTHER_USER };
export const OF_TENANT = { kind: 'tenant', tenantId: TENANT };
export const OF_KEYS = { kind: 'signing_keys' };

/** A database with two users who are signed in, and nothing told of it. */
export async function filledDatabase() {
  const database = await createTestDatabase();
  const admin = database.pool(null, 3);
  await admin.query(FILL);
  return { database, admin, log: createRevocationLog(database.pool('gatehouse_app', 2)) };
}

const FILL = `
  INSERT INTO gatehouse.tenants (id, slug, name) VALUES ('${TENANT}', 'acme', 'Acme');
  INSERT INTO gatehouse.users (tenant_id, id, email, email_verified)
    VALUES ('${TENANT}', '${USER}', 'ada@example.test', true),
      ('${TENANT}', '${OTHER_USER}', 'bob@example.test', true);
  INSERT INTO gatehouse.user_roles (tenant_id, user_id, role) VALUES ('${TENANT}', '${USER}', 'member');
  INSERT INTO gatehouse.sessions (tenant_id, id, user_id, secret_hash, amr, aal, idle_seconds, inactivity_seconds,
      idle_expires_at, absolute_expires_at, inactive_at)
    SELECT '${TENANT}', id, user_id, 'secret', '{pwd}', 1, 3600, 3600, later, later, later
    FROM (VALUES ('${SESSION}'::uuid, '${USER}'::uuid), ('${OTHER_SESSION}', '${OTHER_USER}')) AS s (id, user_id),
      (SELECT clock_timestamp() + interval '1 hour' AS later) AS t;
  INSERT INTO gatehouse.signing_keys (kid, algorithm, state, public_jwk, sealed_private_key)
    VALUES ('k1', 'ES256', 'active', '{}', '');
  DELETE FROM gatehouse.revocations`;

export function ended(session: string): string {
  return `UPDATE gatehouse.sessions SET ended_at = now(), end_reason = 'logout' WHERE id = '${session}'`;
}

/** A connection of its own. */
export function clientAs(
  database: TestDatabase,
  role: 'gatehouse_owner' | 'gatehouse_app' | null,
): Promise<pg.PoolClient> {
  return database.pool(role, 1).connect();
}

export function sorted(revocations: readonly object[]): readonly string[] {
  return revocations.map((each) => JSON.stringify(each)).sort();
}
