import { spawnSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { onTestFinished } from 'vitest';
import { createMacKeys } from '../../adapters/crypto/mac-keys.ts';
import { createNodeCrypto } from '../../adapters/crypto/node-crypto.ts';
import type { SessionId, TenantId } from '../../core/kernel/ids.ts';
import { writeRefreshToken } from '../../core/sessions/refresh-token.ts';

/** Of a server under test: so that a test can sign the first refresh tokens of the sessions that it makes. */
export const MANY_SECRET_KEY = 'the-key-of-the-load-tests-which-guards-nothing-at-all';

/** Sessions of one tenant, each of a user of its own, that were never refreshed. */
export type ManySessions = Readonly<{
  tenantId: TenantId;
  /** The first refresh token of each, as far as they were asked for. */
  refreshTokens: readonly string[];
}>;

export type ManySessionsOptions = Readonly<{
  slug: string;
  count: number;
  /** How many refresh tokens are wanted. Default: all. */
  tokens?: number;
}>;

/**
 * Makes a tenant, users and sessions by rows, in seconds where signing in would take hours.
 *
 * @param database as the superuser, over a schema that is in place
 */
export async function makeManySessions(
  database: pg.Client,
  { slug, count, tokens = count }: ManySessionsOptions,
): Promise<ManySessions> {
  const { newId } = createNodeCrypto({ now: () => new Date() });
  const tenantId = newId() as TenantId;
  await database.query('INSERT INTO gatehouse.tenants (id, slug, name) VALUES ($1, $2, $2)', [
    tenantId,
    slug,
  ]);
  // What nobody asks for needs no secret that anybody knows.
  const known = Array.from({ length: tokens }, () => ({ id: randomUUID(), secret: randomBytes(16) }));
  const ids = [...known.map(({ id }) => id), ...Array.from({ length: count - tokens }, () => randomUUID())];
  const unknownHash = randomBytes(32);
  const hashes = ids.map((_, index) => {
    const { secret } = known[index] ?? {};
    return secret ? createHash('sha256').update(secret).digest() : unknownHash;
  });
  await database.query(USERS, [tenantId, count]);
  await database.query(SESSIONS, [tenantId, ids, hashes]);
  await database.query('ANALYZE gatehouse.users, gatehouse.user_roles, gatehouse.sessions');
  const keys = createMacKeys([MANY_SECRET_KEY]);
  const refreshTokens = known.map(({ id, secret }) =>
    writeRefreshToken(keys, { tenantId, sessionId: id as SessionId, number: 0, secret }),
  );
  return { tenantId, refreshTokens };
}

const USERS = `
  WITH made AS (
    INSERT INTO gatehouse.users (tenant_id, id, email, email_verified)
    SELECT $1, gen_random_uuid(), 'user-' || number || '@example.test', true
    FROM generate_series(1, $2::int) AS number
    RETURNING tenant_id, id
  )
  INSERT INTO gatehouse.user_roles (tenant_id, user_id, role) SELECT tenant_id, id, 'member' FROM made`;

const SESSIONS = `
  INSERT INTO gatehouse.sessions (
    tenant_id, id, user_id, secret_hash, amr, aal, user_agent, ip, idle_seconds, inactivity_seconds,
    idle_expires_at, absolute_expires_at, inactive_at)
  SELECT
    $1, one.id, someone.id, one.hash, '{pwd}', 1, 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    '203.0.113.7', 604800, 864000,
    clock_timestamp() + interval '7 days', clock_timestamp() + interval '30 days', clock_timestamp() + interval '10 days'
  FROM unnest($2::uuid[], $3::bytea[]) WITH ORDINALITY AS one (id, hash, place)
  JOIN (SELECT id, row_number() OVER () AS place FROM gatehouse.users WHERE tenant_id = $1) AS someone USING (place)`;

/** The resident memory of a process, in MB. */
export function residentMb(pid: number): number {
  const kilobytes =
    process.platform === 'linux'
      ? /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      : spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return Number(kilobytes) / 1024;
}

/** Looks at the memory of a process again and again, until it is asked for the most that there was, in MB. */
export function watchMemory(pid: number): () => number {
  let most = residentMb(pid);
  const timer = setInterval(() => {
    most = Math.max(most, residentMb(pid));
  }, 50);
  onTestFinished(() => clearInterval(timer));
  return () => {
    clearInterval(timer);
    return Math.max(most, residentMb(pid));
  };
}
