import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, expect } from 'vitest';
import { type ApiAnswer, apiClient } from './api-client.ts';
import { type FaultPostgres, runSql, sharedFaultPostgres } from './fault-postgres.ts';
import { type RedisServer, startRedisServer } from './redis.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { PASSWORD } from './service.ts';

/** The promise, in milliseconds. */
export const WITHIN_MS = 1_000;
/** Longer than anything takes on a machine that has other things to do. */
const PATIENCE_MS = 15_000;
const TRIES = 20;

const ENVIRONMENT = {
  ...{ ARGON2_TIME_COST: '1', ARGON2_MEMORY_COST: '64', ARGON2_PARALLELISM: '1' },
  ...{ RATE_LIMIT_CREDENTIALS_PER_MINUTE: '1000000', RATE_LIMIT_PUBLIC_PER_MINUTE: '1000000' },
  // One service: a token of either process is good at the other.
  PUBLIC_URL: 'http://localhost:8080',
  SECRET_KEY: 'a-secret-key-of-the-revocation-tests-0123456789',
  ...{ REQUIRE_EMAIL_VERIFICATION: 'false', REFRESH_REUSE_GRACE_SECONDS: '0', SESSION_MAX_DEVICES: '3' },
} as const;

/** A user of a tenant, who has an account. */
export type Person = Readonly<{ email: string; userId: string; tenantId: string; slug: string }>;
/** A session as its holder knows it. */
export type Held = Readonly<{ token: string; refreshToken: string; sessionId: string }>;
/** What an answer shows of itself, and when its request was sent. */
export type Seen = Readonly<{
  status: number;
  code: unknown;
  retryAfter: string | null;
  roles: unknown;
  sentAt: number;
}>;

/** Two processes over one database, and what is to be done with them. */
export type World = Readonly<{
  a: ServerProcess;
  b: ServerProcess;
  redis: RedisServer | null;
  postgres: FaultPostgres;
  databaseUrl: string;
  /** A further process, stopped when the test is over. */
  startAnother(env?: Record<string, string>): Promise<ServerProcess>;
  /** Runs statements as `gatehouse_app` in a tenant, or as another role. */
  sql(tenantId: string, statement: string, role?: 'gatehouse_app' | 'gatehouse_owner'): Promise<void>;
  /** A new account: in the default tenant, or in a new one of its own. */
  register(options?: Readonly<{ ofOwnTenant: boolean }>): Promise<Person>;
}>;

/** Starts two processes for all tests of a `describe`, with a Redis of their own or without one. */
export function sharedWorld(hasRedis: boolean): () => World {
  const postgres = sharedFaultPostgres();
  let shared: World | null = null;
  beforeAll(async () => {
    const ends: (() => Promise<void>)[] = [];
    const endAll = async () => {
      for (const end of ends.reverse()) await end();
    };
    const whenDone = (end: () => Promise<void>) => void ends.push(end);
    shared = await startWorld(postgres(), hasRedis, whenDone).catch(async (error: unknown) => {
      await endAll();
      throw error;
    });
    return endAll;
  });
  return () => {
    if (!shared) throw new Error('The world of this file is there from the first test on');
    return shared;
  };
}

async function startWorld(
  postgres: FaultPostgres,
  hasRedis: boolean,
  whenDone: (end: () => Promise<void>) => void,
): Promise<World> {
  const redis = hasRedis ? await startRedisServer() : null;
  if (redis) whenDone(redis.stop);
  const databaseUrl = await postgres.createDatabase();
  const env = { ...ENVIRONMENT, DATABASE_URL: databaseUrl, ...(redis && { REDIS_URL: redis.url() }) };
  // One after the other: the first one migrates.
  const a = await startServer({ env, whenDone });
  const b = await startServer({ env, whenDone });
  const startAnother: World['startAnother'] = (more) => startServer({ env: { ...env, ...more } });
  return { a, b, redis, postgres, databaseUrl, startAnother, ...peopleOf(a.url, databaseUrl) };
}

function peopleOf(url: string, databaseUrl: string): Pick<World, 'sql' | 'register'> {
  const sql: World['sql'] = async (tenantId, statement, role = 'gatehouse_app') => {
    const inTenant = `SET ROLE ${role}; SET search_path = gatehouse; SET app.tenant_id = '${tenantId}'`;
    await runSql(databaseUrl, inTenant, statement);
  };
  return {
    sql,
    async register({ ofOwnTenant } = { ofOwnTenant: false }) {
      const id = randomUUID();
      const slug = ofOwnTenant ? `t-${id.slice(0, 8)}` : 'default';
      if (ofOwnTenant)
        await sql(id, `INSERT INTO tenants (id, slug, name) VALUES ('${id}', '${slug}', 'A tenant')`);
      const email = `${id}@example.test`;
      const { body } = await apiClient(url).post(
        '/auth/register',
        { email, password: PASSWORD },
        { 'x-tenant': slug },
      );
      const [row] = await runSql<{ id: string; tenant_id: string }>(
        databaseUrl,
        `SELECT id, tenant_id FROM gatehouse.users WHERE email = '${email}'`,
      );
      if (!row) throw new Error(`Nobody was registered: ${JSON.stringify(body)}`);
      return { email, slug, userId: row.id, tenantId: row.tenant_id };
    },
  };
}

export async function signIn(url: string, { email, slug }: Person): Promise<Held> {
  const wanted = { email, password: PASSWORD, transport: 'token' };
  return heldIn(await untilServed(() => apiClient(url).post('/auth/login', wanted, { 'x-tenant': slug })));
}

export async function refresh(url: string, { refreshToken }: Held): Promise<Held | null> {
  const answer = await untilServed(() =>
    apiClient(url).post('/auth/refresh', { refresh_token: refreshToken }),
  );
  return answer.status === 200 ? heldIn(answer) : null;
}

/** Makes a request again where a busy machine asks for that. */
export async function untilServed<T extends Readonly<{ status: number }>>(
  send: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    const answer = await send();
    if (answer.status !== 503 || tried === TRIES) return answer;
    await wait(200);
  }
}

function heldIn({ status, body }: ApiAnswer): Held {
  const session = body['session'] as Readonly<Record<string, unknown>> | undefined;
  if (status !== 200 || !session)
    throw new Error(`A sign-in was answered ${status}: ${JSON.stringify(body)}`);
  return {
    token: String(body['access_token']),
    refreshToken: String(body['refresh_token']),
    sessionId: String(session['id']),
  };
}

/** Makes a request with a session, and answers what it was told. */
export async function ask(
  url: string,
  { token }: Pick<Held, 'token'>,
  method: string,
  path: string,
): Promise<Seen> {
  const sentAt = performance.now();
  const answer = await fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  const body = text === '' ? {} : JSON.parse(text);
  const retryAfter = answer.headers.get('retry-after');
  return { status: answer.status, code: body.code, retryAfter, roles: body.user?.roles, sentAt };
}

/** An ordinary read, which goes by what is remembered where it may. */
export const readOn = (url: string, held: Pick<Held, 'token'>): Promise<Seen> =>
  ask(url, held, 'GET', '/auth/me');

/** A write, which changes nothing where it is let through. */
export const writeOn = (url: string, held: Pick<Held, 'token'>): Promise<Seen> =>
  untilServed(() => ask(url, held, 'DELETE', `/auth/sessions/${randomUUID()}`));

/** Has a process remember a session: it reads until that is granted, and once more. */
export async function warm(url: string, held: Pick<Held, 'token'>): Promise<void> {
  const read = async () => (await readOn(url, held)).status;
  await expect
    .poll(read, { timeout: PATIENCE_MS, interval: 20, message: 'a live session is granted' })
    .toBe(200);
  expect(await read()).toBe(200);
}

/**
 * Reads on a process until what was revoked is, and fails where a read is granted that was sent more than a second
 * after `since`.
 *
 * @param isOver whether an answer shows that the process knows
 * @returns how many milliseconds after `since` the first such answer was asked for
 */
export async function untilKnown(
  url: string,
  held: Pick<Held, 'token'>,
  since: number,
  isOver: (seen: Seen) => boolean,
): Promise<number> {
  for (;;) {
    const seen = await readOn(url, held);
    const ms = Math.max(0, seen.sentAt - since);
    if (isOver(seen)) {
      // For good, and not for the moment.
      for (const again of [await readOn(url, held), await readOn(url, held)])
        expect(again.status === 503 || isOver(again)).toBe(true);
      return ms;
    }
    if (seen.status === 200 && ms > WITHIN_MS)
      throw new Error(`Granted to whoever asked ${ms.toFixed(0)} ms later`);
    if (ms > PATIENCE_MS) throw new Error(`Neither granted nor refused: ${JSON.stringify(seen)}`);
    await wait(5);
  }
}
