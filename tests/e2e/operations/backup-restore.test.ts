import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { dumpSchema } from '../../integration/schema-dump.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { type Installation, installedMachine, patientClient } from '../../support/installation.ts';
import { type Cluster, describeWithPostgresPrograms, startCluster } from '../../support/postgres-cluster.ts';
import { PASSWORD } from '../../support/service.ts';

const EMAIL = 'ada@example.test';
/** Nothing but requests changes what is compared. */
const WITHOUT_JOBS = { WORKER: 'off' };

// docs/guides/production.md, "Back up and restore", as it is typed there.
describeWithPostgresPrograms('a backup', () => {
  const fresh = installedMachine();

  it('brings back on a new server sign-in, sessions, tokens, keys, policies, grants and owners', async () => {
    const { cluster: lost, installation: old } = await fresh();
    const first = await old.start(WITHOUT_JOBS);
    await first.untilReady();
    const api = patientClient(old.url);
    const held = await signUp(api);
    const [before, keys] = [await everythingIn(lost), await keysOf(old)];

    await old.type('backup');
    await first.stop();
    await lost.destroy();
    const replacement = await startCluster(lost.port);
    const restored = old.over(replacement);
    const told = await restored.type('database-tls', 'roles', 'restore');

    expect(told).toContain('Pending: none');
    expect(await everythingIn(replacement)).toEqual(before);
    await (await restored.start(WITHOUT_JOBS)).untilReady();
    expect(await keysOf(restored)).toBe(keys);
    expect((await me(api, held.accessToken)).status).toBe(200);
    expect((await refresh(api, held.refreshToken)).status).toBe(200);
    expect((await signIn(api)).status).toBe(200);
  });

  it('of an earlier state takes back what came after it, and refuses a newer refresh token without ending a session', async () => {
    const { cluster, installation } = await fresh();
    const first = await installation.start(WITHOUT_JOBS);
    await first.untilReady();
    const api = patientClient(installation.url);
    const held = await signUp(api);
    await installation.type('backup');
    const newer = await refresh(api, held.refreshToken);
    await api.post('/auth/logout', {}, { authorization: `Bearer ${held.accessToken}` });
    const lastSignIn = await signIn(api);
    await first.stop();

    await installation.type('put-aside', 'roles', 'restore');
    const second = await installation.start(WITHOUT_JOBS);
    await second.untilReady();

    expect(await cluster.admin('gatehouse_damaged').query(ANY_USER)).toMatchObject({ rowCount: 1 });
    expect((await me(api, String(lastSignIn.body['access_token']))).body['code']).toBe('session_revoked');
    const refused = await refresh(api, String(newer.body['refresh_token']));
    expect([refused.status, refused.body['code']]).toEqual([401, 'refresh_token_invalid']);
    // The session that was ended lives again: what the runbook tells to do about that, undoes it.
    expect((await me(api, held.accessToken)).status).toBe(200);
    await installation.type('end-sessions');
    await expect
      .poll(async () => (await me(api, held.accessToken)).body['code'], { timeout: 3_000 })
      .toBe('session_revoked');
    expect((await refresh(api, held.refreshToken)).status).toBe(401);
    expect((await signIn(api)).status).toBe(200);
  });

  it('is worth nothing without its SECRET_KEY: the start is refused with 1, and nothing is made', async () => {
    const { cluster, installation } = await fresh();
    const first = await installation.start(WITHOUT_JOBS);
    await first.untilReady();
    await first.stop();
    const before = await everythingIn(cluster);
    await writeFile(join(installation.conf, 'secrets/SECRET_KEY'), `${'another-secret-key-'.repeat(3)}\n`);

    const second = await installation.start(WITHOUT_JOBS);

    expect(await second.ended).toBe(1);
    expect(second.stderr()).toBe(
      'Gatehouse does not start: A stored secret cannot be opened with the SECRET_KEY at hand\n',
    );
    expect(await everythingIn(cluster)).toEqual(before);
  });

  // Row-level security would leave rows out of it, and nobody would notice before they are needed.
  it('is not taken by halves: a role that policies bind is refused, and the role for backups sees all', async () => {
    const { cluster, installation } = await fresh();
    const server = await installation.start(WITHOUT_JOBS);
    await server.untilReady();
    await signUp(patientClient(installation.url));

    for (const name of ['DATABASE_OWNER_URL', 'DATABASE_URL', 'DATABASE_SYSTEM_URL']) {
      const refusal = await dumpOver(cluster, await secretIn(installation, name)).catch(String);
      expect(refusal).toMatch(/row-level security policy|permission denied/);
    }
    await installation.type('backup-role', 'backup-as-role');
    const [all, asSuperuser] = [await dumpIn(installation), await dumpOver(cluster, '')];

    expect(all).toEqual(asSuperuser);
    expect(all.filter((line) => line.includes(EMAIL))).not.toEqual([]);
  });
});

type Held = Readonly<{ accessToken: string; refreshToken: string }>;

async function signUp(api: ApiClient): Promise<Held> {
  const registered = await api.post('/auth/register', { email: EMAIL, password: PASSWORD });
  // 409 where it was made at a first attempt whose answer came too late.
  expect([201, 409]).toContain(registered.status);
  const { status, body } = await signIn(api);
  expect(status).toBe(200);
  return { accessToken: String(body['access_token']), refreshToken: String(body['refresh_token']) };
}

function signIn(api: ApiClient) {
  return api.post('/auth/login', { email: EMAIL, password: PASSWORD, transport: 'token' });
}

function refresh(api: ApiClient, token: string) {
  return api.post('/auth/refresh', { refresh_token: token });
}

function me(api: ApiClient, token: string) {
  return api.get('/auth/me', { authorization: `Bearer ${token}` });
}

async function keysOf({ url }: Installation): Promise<string> {
  return (await fetch(`${url}/.well-known/jwks.json`)).text();
}

async function secretIn({ conf }: Installation, name: string): Promise<string> {
  return (await readFile(join(conf, 'secrets', name), 'utf8')).trim();
}

const ANY_USER = 'SELECT FROM gatehouse.users LIMIT 1';
const ROLES = `
  SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolconfig
  FROM pg_roles WHERE starts_with(rolname, 'gatehouse_') ORDER BY rolname`;
const DATABASE = `
  SELECT datacl::text, pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname = 'gatehouse'`;
const TABLES = `
  SELECT relname FROM pg_class WHERE relnamespace = 'gatehouse'::regnamespace AND relkind = 'r' ORDER BY relname`;

/** Roles, grants, owners, policies, functions and every row: all that makes one database the same as another. */
async function everythingIn(cluster: Cluster) {
  const admin = cluster.admin('gatehouse');
  const { rows: tables } = await admin.query<{ relname: string }>(TABLES);
  const rows: Record<string, unknown> = {};
  for (const { relname } of tables) {
    const found = await admin.query(`SELECT t::text AS row FROM gatehouse.${relname} t ORDER BY t::text`);
    rows[relname] = found.rows.map(({ row }) => row);
  }
  return {
    roles: (await admin.query(ROLES)).rows,
    database: (await admin.query(DATABASE)).rows,
    schema: await dumpSchema(admin),
    rows,
  };
}

/** What pg_dump writes over this URL, line by line; rejects with what it says. Over none: as the superuser. */
async function dumpOver({ env }: Cluster, url: string): Promise<readonly string[]> {
  const where = url === '' ? ['gatehouse'] : [url];
  const { stdout } = await promisify(execFile)('pg_dump', where, {
    env: { ...env },
    maxBuffer: 64 * 1024 ** 2,
  });
  return linesOf(stdout);
}

/** The one backup that the guide's blocks have taken, as SQL. */
async function dumpIn({ names }: Installation): Promise<readonly string[]> {
  const folder = names['BACKUPS'] ?? '';
  const taken = await readdir(folder);
  expect(taken).toEqual([expect.stringMatching(/^gatehouse-\S+\.dump$/)]);
  const { stdout } = await promisify(execFile)('pg_restore', ['--file=-', join(folder, taken[0] ?? '')], {
    env: { ...names },
    maxBuffer: 64 * 1024 ** 2,
  });
  return linesOf(stdout);
}

/** Without the key of \restrict, which is another in each dump. */
function linesOf(dump: string): readonly string[] {
  return dump.split('\n').filter((line) => !/^\\(un)?restrict /.test(line));
}
