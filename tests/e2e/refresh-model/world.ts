import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { createMacKeys } from '../../../adapters/crypto/mac-keys.ts';
import type { TenantId } from '../../../core/kernel/ids.ts';
import { readRefreshToken, writeRefreshToken } from '../../../core/sessions/refresh-token.ts';
import { type ApiAnswer, apiClient } from '../../support/api-client.ts';
import { runCli } from '../../support/cli-process.ts';
import { connectTo } from '../../support/fault-postgres.ts';
import { startServerOn } from '../../support/fault-server.ts';
import { PASSWORD } from '../../support/service.ts';
import type { ProcessIndex } from './commands.ts';
import type { Event, Flaw, Happening, Request } from './model.ts';

/** Of the installation under test: so the tests can sign what nobody without it could. */
const SECRET_KEY = 'the-key-of-the-model-test-which-guards-nothing-at-all';
/** Longer than any run takes: it passes when a test lets it. */
const GRACE_SECONDS = 300;
/** How often one asks again on a machine that does much else. */
const TRIES_MAX = 20;
/** A tenant beside `default`. */
const OTHER_TENANT = 'acme';

/** Two processes of the built server over one database. */
export type World = Readonly<{
  urls: readonly [string, string];
  /** As the superuser, whom row-level security does not bind. */
  database: pg.Client;
  tenantIds: Readonly<Record<string, TenantId>>;
}>;

/** One session of a run, and everything that its user holds. */
export type Holding = Readonly<{ id: string; tenant: string }> & {
  /** The newest one. */
  accessToken: string;
  /** Every refresh token that was ever handed out, by its number. */
  texts: Map<number, string>;
};

/** What was answered to a request, as far as the model tells of it. */
export type RealAnswer = Readonly<{
  status: number;
  code: string | null;
  refreshToken: string | null;
  accessToken: string | null;
  isCookieCleared: boolean;
}>;

/** Starts both over an empty database; stopped when the test is over. */
export async function startWorld(databaseUrl: string, settings: Record<string, string> = {}): Promise<World> {
  const env = {
    ...{ SECRET_KEY, SESSION_MAX_DEVICES: '50', REFRESH_REUSE_GRACE_SECONDS: String(GRACE_SECONDS) },
    // One installation: what either issues is good at both.
    PUBLIC_URL: 'http://localhost:8080',
    ...settings,
  };
  const first = await startServerOn(databaseUrl, env);
  const second = await startServerOn(databaseUrl, env);
  const made = await runCli(['tenant', 'create', '--slug', OTHER_TENANT, '--name', OTHER_TENANT], {
    env: { DATABASE_URL: databaseUrl, SECRET_KEY },
    cwd: first.dataDir,
  });
  if (made.code !== 0) throw new Error(made.stderr);
  const database = await connectTo(databaseUrl);
  const { rows } = await database.query<{ slug: string; id: TenantId }>(
    'SELECT slug, id FROM gatehouse.tenants',
  );
  const tenantIds = Object.fromEntries(rows.map(({ slug, id }) => [slug, id]));
  return { urls: [first.url, second.url], database, tenantIds };
}

/** Signs in a new user so many times, by turns on each process. */
export async function signIn({ urls }: World, count: number, tenant: string): Promise<readonly Holding[]> {
  const email = `${randomBytes(8).toString('hex')}@example.test`;
  const at = { 'x-tenant': tenant };
  await patiently(() => apiClient(urls[0]).post('/auth/register', { email, password: PASSWORD }, at));
  const holdings: Holding[] = [];
  for (let each = 0; each < count; each += 1) {
    const url = each % 2 === 0 ? urls[0] : urls[1];
    const body = { email, password: PASSWORD, transport: 'token' };
    const { status, body: signedIn } = await patiently(() => apiClient(url).post('/auth/login', body, at));
    if (status !== 200) throw new Error(`Nobody can sign in: ${JSON.stringify(signedIn)}`);
    holdings.push({
      ...{ id: (signedIn['session'] as { id: string }).id, tenant },
      accessToken: String(signedIn['access_token']),
      texts: new Map([[0, String(signedIn['refresh_token'])]]),
    });
  }
  return holdings;
}

/** Two users of the first tenant, of three and two sessions, and one of another. */
export async function signInEverybody(world: World): Promise<readonly Holding[]> {
  const users = [
    await signIn(world, 3, 'default'),
    await signIn(world, 2, 'default'),
    await signIn(world, 1, OTHER_TENANT),
  ];
  return users.flat();
}

/** Whose each of those sessions is. */
export const USERS_BY_SESSION = [0, 0, 0, 1, 1, 2] as const;

/** Sends a request of the model to a process. Everything it takes is read before anything is sent. */
export function send(
  world: World,
  holdings: readonly Holding[],
  request: Request,
  process: ProcessIndex,
): Promise<RealAnswer> {
  const holding = holdings[request.session];
  if (!holding) throw new Error(`There is no session ${request.session}`);
  const url = world.urls[process];
  switch (request.kind) {
    case 'refresh':
      return refresh(url, textOf(holding, request.number), request.isByCookie);
    case 'refresh_in_vain': {
      const elsewhere = holding.tenant === OTHER_TENANT ? 'default' : OTHER_TENANT;
      const text = spoil(textOf(holding, request.number), request.flaw, world.tenantIds[elsewhere]);
      return refresh(url, text, false, request.flaw.kind === 'wrong_place' ? elsewhere : null);
    }
    case 'logout':
      return call(url, 'POST /auth/logout', holding);
    case 'logout_all': {
      const route = request.isAsDelete ? 'DELETE /auth/sessions/all' : 'POST /auth/logout-all';
      return call(url, route, holding, { except_current: request.isCurrentKept });
    }
    case 'end_one':
      return call(url, `DELETE /auth/sessions/${holdings[request.other]?.id}`, holding);
  }
}

/** The status of an ordinary read with a session's newest access token. */
export async function read({ urls }: World, { accessToken }: Holding, process: ProcessIndex) {
  const ask = () => apiClient(urls[process]).get('/auth/me', bearer(accessToken));
  const { status, body } = await patiently(ask);
  return status === 200 ? 'live' : String(body['code']);
}

/** What a write with that token comes to: it changes nothing, for it names a session that never was. */
export async function write({ urls }: World, holding: Holding, process: ProcessIndex) {
  const ask = () => call(urls[process], `DELETE /auth/sessions/${randomUUID()}`, holding);
  const { code } = await patiently(ask);
  return code === 'not_found' ? 'live' : code;
}

/** Asks again where the machine has too much to do: of what changes nothing, that is no other question. */
async function patiently<T extends Readonly<{ status: number }>>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask();
    if (answer.status !== 503 || tries === TRIES_MAX) return answer;
  }
}

/** Lets that happen, by the rows. */
export async function happen({ database }: World, { id }: Holding, happening: Happening): Promise<void> {
  await database.query(statementOf(happening), [id]);
}

/** What the audit tells of these sessions, among what the model tells of; in any order. */
export async function auditOf({ database }: World, holdings: readonly Holding[]): Promise<readonly Event[]> {
  const ids = holdings.map(({ id }) => id);
  const { rows } = await database.query<{ type: string; target: string; reason: string | null }>(AUDIT, [
    ids,
    [...['session.ended', 'session.refresh_token_reused', 'session.refresh_token_rejected']],
  ]);
  return rows.map(({ type, target, reason }) => ({ type, session: ids.indexOf(target), reason }));
}

const AUDIT = `
  SELECT type, target_id AS target, data->>'reason' AS reason FROM gatehouse.audit_events
  WHERE target_type = 'session' AND target_id = ANY($1) AND type = ANY($2)`;

/**
 * Ages a row, of which every process forgets what it remembers when `auth_time` changes: a
 * remembered session counts its time down by itself, and that no row can hasten.
 */
function statementOf(happening: Happening): string {
  switch (happening.kind) {
    case 'expires':
      return `UPDATE gatehouse.sessions SET ${EXPIRES[happening.limit]},
        auth_time = auth_time - interval '1 second' WHERE id = $1`;
    case 'grace_passes':
      return `UPDATE gatehouse.sessions
        SET rotated_at = rotated_at - make_interval(secs => ${GRACE_SECONDS}) WHERE id = $1`;
    case 'is_restored':
      return `UPDATE gatehouse.sessions
        SET number = greatest(0, number - ${happening.rotations}), rotated_at = NULL WHERE id = $1`;
  }
}

const EXPIRES = {
  idle: "idle_expires_at = clock_timestamp() - interval '1 second'",
  absolute: "absolute_expires_at = clock_timestamp() - interval '1 second'",
  // That the session was seen before may still be on its way to the row, and would count from when it was seen.
  inactivity: "inactive_at = clock_timestamp() - interval '1 second', inactivity_seconds = 0",
} as const;

function textOf({ texts }: Holding, number: number): string {
  const text = texts.get(number);
  if (text === undefined) throw new Error(`Token ${number} was never handed out`);
  return text;
}

async function refresh(
  url: string,
  text: string,
  isByCookie: boolean,
  tenant: string | null = null,
): Promise<RealAnswer> {
  const at: Record<string, string> = tenant === null ? {} : { 'x-tenant': tenant };
  const cookie: Record<string, string> = isByCookie ? { cookie: `refresh_token=${text}` } : {};
  const body = isByCookie ? {} : { refresh_token: text };
  return toRealAnswer(await apiClient(url).post('/auth/refresh', body, { ...at, ...cookie }));
}

async function call(
  url: string,
  route: `${'POST' | 'DELETE'} ${string}`,
  { accessToken }: Holding,
  body: object | null = null,
): Promise<RealAnswer> {
  const [method, path] = route.split(' ');
  const response = await fetch(`${url}${path}`, {
    ...(method && { method }),
    headers: { ...bearer(accessToken), ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const { status, headers } = response;
  return toRealAnswer({ status, headers, body: text === '' ? {} : JSON.parse(text) });
}

function toRealAnswer({ status, headers, body }: ApiAnswer): RealAnswer {
  const told = (name: string): string | null => (typeof body[name] === 'string' ? String(body[name]) : null);
  const cookie = headers.getSetCookie().find((line) => line.startsWith('refresh_token='));
  const value = cookie?.split(';')[0]?.slice('refresh_token='.length);
  return {
    ...{ status, code: told('code'), accessToken: told('access_token') },
    refreshToken: told('refresh_token') ?? (value || null),
    isCookieCleared: value === '',
  };
}

function bearer(accessToken: string): { authorization: string } {
  return { authorization: `Bearer ${accessToken}` };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A text that is not to be taken for the token that it is made of. */
function spoil(text: string, flaw: Flaw, elsewhere: TenantId | undefined): string {
  switch (flaw.kind) {
    case 'forged': {
      const other = ALPHABET[(ALPHABET.indexOf(text.charAt(flaw.at)) + 1) % ALPHABET.length];
      return `${text.slice(0, flaw.at)}${other}${text.slice(flaw.at + 1)}`;
    }
    case 'malformed':
      return { cut: text.slice(0, -1), longer: `${text}A`, empty: '', words: 'no token at all' }[flaw.text];
    case 'other_secret':
      return rewrite(text, { secret: randomBytes(16) });
    case 'other_tenant':
      return rewrite(text, { tenantId: elsewhere });
    case 'no_session':
      return rewrite(text, { sessionId: randomUUID() });
    case 'wrong_place':
      return text;
  }
}

function rewrite(text: string, change: object): string {
  const keys = createMacKeys([SECRET_KEY]);
  const token = readRefreshToken(keys, text);
  if (!token) throw new Error('The server signs with another key than the test');
  return writeRefreshToken(keys, { ...token, ...change });
}
