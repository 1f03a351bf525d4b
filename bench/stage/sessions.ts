import { randomBytes, randomUUID } from 'node:crypto';
import { createMacKeys } from '../../adapters/crypto/mac-keys.ts';
import type { SessionId, TenantId } from '../../core/kernel/ids.ts';
import { REFRESH_SECRET_BYTES, writeRefreshToken } from '../../core/sessions/refresh-token.ts';
import { asSuperuser } from './database.ts';
import type { BenchPostgres } from './postgres.ts';
import { SECRET_KEY } from './service.ts';

/** Begins sessions by rows, as many as it takes, for people who are there. @returns their first refresh tokens */
export async function beginSessions(
  postgres: BenchPostgres,
  database: string,
  count: number,
): Promise<readonly string[]> {
  const secret = randomBytes(REFRESH_SECRET_BYTES);
  const begun = await asSuperuser<{ tenant: TenantId; id: SessionId }>(postgres, database, COPY_SESSIONS, [
    count,
    secret,
  ]);
  const keys = createMacKeys([SECRET_KEY]);
  return begun.map(({ tenant, id }) =>
    writeRefreshToken(keys, { tenantId: tenant, sessionId: id, number: 0, secret }),
  );
}

/** Makes a tenant with people, and so many sessions of theirs. @returns its id */
export async function makeCrowdedTenant(
  postgres: BenchPostgres,
  database: string,
  count: number,
): Promise<string> {
  const id = randomUUID();
  await asSuperuser(postgres, database, COPY_TENANT, [id, `crowd-${id.slice(0, 8)}`]);
  await asSuperuser(postgres, database, MOVE_USERS, [id]);
  await asSuperuser(postgres, database, MOVE_SESSIONS, [id, count]);
  await asSuperuser(postgres, database, 'VACUUM ANALYZE gatehouse.sessions');
  return id;
}

const COPY_SESSIONS = `
  WITH someone AS (
    SELECT u.tenant_id, u.id, row_number() OVER () AS place, count(*) OVER () AS users
    FROM gatehouse.users u JOIN (SELECT tenant_id FROM gatehouse.sessions LIMIT 1) AS one USING (tenant_id)
  )
  INSERT INTO gatehouse.sessions
  SELECT (jsonb_populate_record(NULL::gatehouse.sessions, to_jsonb(s) || jsonb_build_object(
    'id', gen_random_uuid(), 'user_id', someone.id, 'number', 0, 'rotated_at', NULL,
    'secret_hash', '\\x' || encode(sha256($2::bytea), 'hex')))).*
  FROM generate_series(0, $1::int - 1) AS number
  JOIN someone ON someone.place = number % someone.users + 1
  CROSS JOIN (SELECT * FROM gatehouse.sessions WHERE ended_at IS NULL LIMIT 1) AS s
  RETURNING tenant_id AS tenant, id`;

const COPY_TENANT = `
  INSERT INTO gatehouse.tenants
  SELECT (jsonb_populate_record(t, jsonb_build_object('id', $1::uuid, 'slug', $2::text))).*
  FROM gatehouse.tenants t WHERE t.slug = 'default'`;

const MOVE_USERS = `
  INSERT INTO gatehouse.users
  SELECT (jsonb_populate_record(u, jsonb_build_object('tenant_id', $1::uuid, 'id', gen_random_uuid()))).*
  FROM gatehouse.users u JOIN gatehouse.tenants t ON t.id = u.tenant_id AND t.slug = 'default'`;

const MOVE_SESSIONS = `
  WITH someone AS (
    SELECT id, row_number() OVER () AS place, count(*) OVER () AS users
    FROM gatehouse.users WHERE tenant_id = $1::uuid
  )
  INSERT INTO gatehouse.sessions
  SELECT (jsonb_populate_record(NULL::gatehouse.sessions, to_jsonb(s) || jsonb_build_object(
    'tenant_id', $1::uuid, 'id', gen_random_uuid(), 'user_id', someone.id))).*
  FROM generate_series(0, $2::int - 1) AS number
  JOIN someone ON someone.place = number % someone.users + 1
  CROSS JOIN (SELECT * FROM gatehouse.sessions WHERE ended_at IS NULL LIMIT 1) AS s`;
