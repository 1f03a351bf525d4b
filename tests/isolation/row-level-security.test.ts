import { is, sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { PostgresFailure } from '../../adapters/postgres/errors.ts';
import * as schema from '../../adapters/postgres/schema/index.ts';
import { withTenant } from '../../adapters/postgres/transaction.ts';
import type { Tenant } from '../../core/tenants/index.ts';
import { email } from '../support/parsed.ts';
import { PASSWORD, startService, type TestService } from '../support/service.ts';

const TABLES = Object.values(schema as Record<string, unknown>)
  .filter((entry) => is(entry, PgTable))
  .map((table) => getTableConfig(table))
  .filter(({ columns }) => columns.some(({ name }) => name === 'tenant_id'))
  // Every process reads what was changed in any tenant: that list is no tenant's own, and holds ids alone.
  .filter(({ name }) => name !== 'revocations')
  .map(({ name }) => name)
  .sort();
const AUDIT_TABLES = ['audit_events', 'audit_personal'];
/** What Postgres says of a missing grant and of a row that breaks a policy alike. */
const INSUFFICIENT_PRIVILEGE = '42501';

it('fills every tenant table for both tenants before it claims anything', async () => {
  const { admin, here, there } = await twoTenants();

  for (const table of TABLES) {
    const { rows } = await admin.query(`SELECT DISTINCT tenant_id FROM gatehouse.${table}`);
    expect([table, rows]).toEqual([
      table,
      expect.arrayContaining([{ tenant_id: here.id }, { tenant_id: there.id }]),
    ]);
  }
});

// The app is granted more in these tests than in service: what holds then is row-level security alone.
describe('a query that forgot to ask for its tenant', () => {
  it('reads no foreign row of any table inside a unit of work', async () => {
    const { pool, here } = await twoTenants();

    const seen = await perTable(async (table) => {
      const all = sql.raw(`SELECT DISTINCT tenant_id FROM gatehouse.${table}`);
      return (await withTenant(pool, here.id, (tx) => tx.execute(all))).rows;
    });

    expect(seen).toEqual(alike([{ tenant_id: here.id }]));
  });

  it('reads no row of any table outside of one, on a fresh connection and on a used one', async () => {
    const { pool, here } = await twoTenants({ poolMax: 1 });
    const countAll = () => perTable((table) => rowsOf(pool, `SELECT count(*) FROM gatehouse.${table}`));

    const fresh = await countAll();
    await withTenant(pool, here.id, (tx) => tx.execute(sql`SELECT FROM gatehouse.users`));
    const used = await countAll();

    expect([fresh, used]).toEqual([alike([{ count: 0 }]), alike([{ count: 0 }])]);
  });

  it('changes no foreign row of any table', async () => {
    const { pool, here } = await twoTenants();

    const touched = await perTable((table) =>
      tenantsTouchedBy(pool, here, `UPDATE gatehouse.${table} SET tenant_id = tenant_id RETURNING tenant_id`),
    );

    expect(touched).toEqual(alike([here.id]));
  });

  it('removes no foreign row of any table', async () => {
    const { pool, here } = await twoTenants();

    const touched = await perTable((table) =>
      tenantsTouchedBy(pool, here, `DELETE FROM gatehouse.${table} RETURNING tenant_id`),
    );

    expect(touched).toEqual(alike([here.id]));
  });
});

describe('a row of another tenant', () => {
  it('cannot be put into any table', async () => {
    const { pool, here, there } = await twoTenants();

    const refusals = await perTable((table) =>
      sqlStateOf(
        pool,
        here,
        `INSERT INTO gatehouse.${table}
         SELECT (jsonb_populate_record(own, '{"tenant_id":"${there.id}"}')).* FROM gatehouse.${table} own LIMIT 1`,
      ),
    );

    expect(refusals).toEqual(alike(INSUFFICIENT_PRIVILEGE));
  });

  it('cannot be made of one of our own in any table', async () => {
    const { pool, here, there } = await twoTenants();

    const refusals = await perTable((table) =>
      sqlStateOf(pool, here, `UPDATE gatehouse.${table} SET tenant_id = '${there.id}'`),
    );

    expect(refusals).toEqual(alike(INSUFFICIENT_PRIVILEGE));
  });
});

describe('the hot functions', () => {
  it("find nothing by another tenant's ids, and the very same by its own", async () => {
    const { admin, pool, here, there } = await twoTenants();
    const calls = await hotCalls(admin, there);

    const foreign = await findBy(pool, calls, here);
    const own = await findBy(pool, calls, there);

    expect([foreign, own]).toEqual([
      [0, 0, 0, 0, 0],
      [1, 1, 1, 1, 1],
    ]);
  });

  it('are bound by row-level security inside, whatever their own predicates say', async () => {
    const { admin, pool, here, there } = await twoTenants();
    const functions = await rowsOf<{ definition: string }>(
      admin,
      `SELECT pg_get_functiondef(oid) AS definition FROM pg_proc
       WHERE pronamespace = 'gatehouse'::regnamespace
         AND proname IN (
           'session_check', 'session_check_json', 'session_rotate', 'session_rotate_json', 'credential_find')`,
    );
    const careless = functions.map(({ definition }) =>
      definition.replace(/\b[dsu]\.tenant_id = p_tenant\b/g, 'true'),
    );
    await admin.query(careless.join(';'));
    const calls = await hotCalls(admin, there);

    const foreign = await findBy(pool, calls, here);
    const own = await findBy(pool, calls, there);

    for (const definition of careless) expect(definition).toContain('WHERE true AND');
    expect([foreign, own]).toEqual([
      [0, 0, 0, 0, 0],
      [1, 1, 1, 1, 1],
    ]);
  });

  it('leave no tenant behind on the connection', async () => {
    const { admin, pool, here } = await twoTenants({ poolMax: 1 });

    const left = [];
    for (const call of await hotCalls(admin, here)) {
      await findBy(pool, [call], here);
      left.push(...(await rowsOf(pool, "SELECT current_setting('app.tenant_id', true) AS tenant")));
    }

    expect(left).toEqual(Array.from({ length: 5 }, () => ({ tenant: '' })));
  });
});

describe('the roles that see every tenant', () => {
  // FORCE binds the owner too: without a policy of its own a migration would succeed and change nothing.
  it('let a data migration of the owner change every row of every tenant', async () => {
    const { admin, database } = await twoTenants();
    const owner = database.pool('gatehouse_owner');

    const all = await perTable((table) => rowsOf(admin, `SELECT count(*) FROM gatehouse.${table}`));
    const changed = await perTable(async (table) => {
      const { rowCount } = await owner.query(`UPDATE gatehouse.${table} SET tenant_id = tenant_id`);
      return [{ count: rowCount }];
    });
    await owner.query("UPDATE gatehouse.users SET name = 'Migrated'");

    expect(changed).toEqual(all);
    expect(await rowsOf(admin, 'SELECT DISTINCT name FROM gatehouse.users')).toEqual([{ name: 'Migrated' }]);
  });

  it("let the system's jobs see every tenant's rows of the tables that they work on", async () => {
    const { admin, app } = await twoTenants();

    for (const table of [
      'outbox',
      'dev_mails',
      'sessions',
      'one_time_tokens',
      'open_registrations',
      'invitations',
    ]) {
      const count = `SELECT count(*) FROM gatehouse.${table}`;
      const [all] = await rowsOf(admin, count);
      const seen = app.systemPool && (await rowsOf(app.systemPool, count));
      expect([table, seen]).toEqual([table, [all]]);
    }
  });
});

describe('the audit log', () => {
  it('lets the app neither change, nor remove, nor empty anything', async () => {
    const { app, here } = await twoTenants({ isGrantedAll: false });
    const statements = AUDIT_TABLES.flatMap((table) => [
      `UPDATE gatehouse.${table} SET created_at = created_at`,
      `DELETE FROM gatehouse.${table}`,
      `TRUNCATE gatehouse.${table}`,
    ]);

    const refusals = [];
    for (const statement of statements) refusals.push(await sqlStateOf(app.pool, here, statement));

    expect(refusals).toEqual(statements.map(() => INSUFFICIENT_PRIVILEGE));
  });

  // The policies of the parent do not hold there.
  it('lets the app read no partition by its own name', async () => {
    const { app, admin, here } = await twoTenants({ isGrantedAll: false });
    const partitions = await rowsOf<{ name: string }>(
      admin,
      `SELECT relname AS name FROM pg_class
       WHERE relnamespace = 'gatehouse'::regnamespace AND relispartition AND relkind = 'r'`,
    );

    const refusals = [];
    for (const { name } of partitions) {
      refusals.push(await sqlStateOf(app.pool, here, `SELECT FROM gatehouse.${name}`));
    }

    expect(partitions.length).toBeGreaterThan(0);
    expect(refusals).toEqual(partitions.map(() => INSUFFICIENT_PRIVILEGE));
  });
});

type World = TestService & Readonly<{ here: Tenant; there: Tenant; admin: pg.Pool; pool: pg.Pool }>;

/** A service in which two tenants have used everything there is; `pool` acts as `gatehouse_app`. */
async function twoTenants({ poolMax = 2, isGrantedAll = true } = {}): Promise<World> {
  const service = await startService();
  const { app, database } = service;
  const admin = database.pool(null, 1);
  const [here, there] = [
    await app.services.createTenant('here', 'Here'),
    await app.services.createTenant('there', 'There'),
  ];
  for (const tenant of [here, there]) await useEverything(service, admin, tenant);
  await app.worker?.runOnce('mail');
  if (isGrantedAll) {
    await admin.query(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ${TABLES.map((name) => `gatehouse.${name}`)} TO gatehouse_app`,
    );
  }
  return { ...service, here, there, admin, pool: database.pool('gatehouse_app', poolMax) };
}

async function useEverything({ app, post }: TestService, admin: pg.Pool, tenant: Tenant): Promise<void> {
  const named = { 'x-tenant': tenant.slug };
  const registered = await post('/auth/register', { email: addressOf(tenant), password: PASSWORD }, named);
  const guess = await post('/auth/login', { email: addressOf(tenant), password: 'x' }, named);
  const login = await post('/auth/login', { email: addressOf(tenant), password: PASSWORD }, named);
  await admin.query(
    `UPDATE gatehouse.tenants SET settings = '{"email_verification_required":true}' WHERE id = $1`,
    [tenant.id],
  );
  const opened = await post(
    '/auth/register',
    { email: `open@${tenant.slug}.test`, password: PASSWORD },
    named,
  );
  await app.services.invite.byOperator(tenant, email(`invited@${tenant.slug}.test`), 'admin');
  const statuses = [registered, guess, login, opened].map(({ statusCode }) => statusCode);
  expect(statuses).toEqual([201, 401, 200, 202]);
}

function addressOf(tenant: Tenant): string {
  return `ada@${tenant.slug}.test`;
}

async function rowsOf<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return (await pool.query<Row>(text, values)).rows;
}

/** Asks the same of each table. */
async function perTable<T>(ask: (table: string) => Promise<T>): Promise<Record<string, T>> {
  const answers: Record<string, T> = {};
  for (const table of TABLES) answers[table] = await ask(table);
  return answers;
}

/** The answers of {@link perTable} when all of them are this one. */
function alike<T>(answer: T): Record<string, T> {
  return Object.fromEntries(TABLES.map((table) => [table, answer]));
}

/** Whose rows a statement touched within a unit of work. Nothing of it is kept. */
async function tenantsTouchedBy(pool: pg.Pool, tenant: Tenant, statement: string): Promise<unknown[]> {
  let touched: unknown[] = [];
  const attempt = withTenant(pool, tenant.id, async (tx) => {
    const { rows } = await tx.execute(sql.raw(statement));
    touched = [...new Set(rows.map((row) => row['tenant_id']))];
    throw new Error('not to be kept');
  });
  await expect(attempt).rejects.toThrow('not to be kept');
  return touched;
}

/** With what a statement within a unit of work was refused, or `null` when it was not. */
function sqlStateOf(pool: pg.Pool, tenant: Tenant, statement: string): Promise<string | null> {
  return withTenant(pool, tenant.id, (tx) => tx.execute(sql.raw(statement))).then(
    () => null,
    (error: unknown) => (error instanceof PostgresFailure ? error.sqlState : String(error)),
  );
}

type HotCall = Readonly<{ text: string; values: readonly unknown[] }>;

/** A call of each hot function that names what this tenant has, wanting the tenant as its first value. */
async function hotCalls(admin: pg.Pool, tenant: Tenant): Promise<readonly HotCall[]> {
  const [session] = await rowsOf<{ id: string; user_id: string; number: number; secret_hash: Buffer }>(
    admin,
    'SELECT id, user_id, number, secret_hash FROM gatehouse.sessions WHERE tenant_id = $1',
    [tenant.id],
  );
  if (!session) throw new Error('Nobody is signed in');
  const { id, user_id: userId, number, secret_hash: secretHash } = session;
  return [
    { text: 'SELECT * FROM gatehouse.session_check($1, $2, $3)', values: [id, userId] },
    { text: 'SELECT * FROM gatehouse.session_rotate($1, $2, 99, $3, 10)', values: [id, secretHash] },
    {
      text: 'SELECT FROM gatehouse.session_check_json($1, $2, $3) found WHERE found IS NOT NULL',
      values: [id, userId],
    },
    {
      text: 'SELECT FROM gatehouse.session_rotate_json($1, $2, $3, $4, 10) found WHERE found IS NOT NULL',
      values: [id, number, secretHash],
    },
    { text: 'SELECT * FROM gatehouse.credential_find($1, $2, NULL)', values: [addressOf(tenant)] },
  ];
}

/** How many rows each call finds for a tenant. */
async function findBy(pool: pg.Pool, calls: readonly HotCall[], { id }: Tenant): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const { text, values } of calls) counts.push((await rowsOf(pool, text, [id, ...values])).length);
  return counts;
}
