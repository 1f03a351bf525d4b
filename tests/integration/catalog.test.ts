import { is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import * as schema from '../../adapters/postgres/schema/index.ts';
import { type Ask, catalog } from './catalog.ts';

/** The whole list of tables that belong to no tenant (design.md, "Tenancy in the database"). */
const GLOBAL_TABLES = [
  'migrations',
  'revocations',
  'signing_keys',
  'tenant_audiences',
  'tenant_domains',
  'tenants',
];
/** Only an owner can make and drop partitions; executable by gatehouse_system alone. */
const THE_ONE_DEFINER = 'audit_partitions';

const IS_TENANTS_TABLE = `c.relnamespace = 'gatehouse'::regnamespace AND c.relkind IN ('r', 'p')
  AND c.relname <> ALL ('{${GLOBAL_TABLES.join(',')}}')`;

describe('tables', () => {
  it('are those of the Drizzle schema and the ledger of migrations', async () => {
    const ask = await catalog();

    const tables = await ask<{ name: string }>(
      `SELECT relname AS name FROM pg_class
       WHERE relnamespace = 'gatehouse'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
    );

    expect(sorted(tables.map(({ name }) => name))).toEqual(
      sorted(['migrations', ...drizzleTables().map(({ name }) => name)]),
    );
  });

  // A query is compiled from the one and judged by the other.
  it('have the columns that the Drizzle schema says', async () => {
    const ask = await catalog();

    const columns = await ask<{ column: string }>(
      `SELECT format('%s.%s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
         CASE WHEN a.attnotnull THEN 'NOT NULL' ELSE 'NULL' END) AS column
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
       WHERE c.relnamespace = 'gatehouse'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND c.relname <> 'migrations' AND a.attnum > 0 AND NOT a.attisdropped`,
    );

    const described = drizzleTables().flatMap((table) =>
      table.columns.map((column) => {
        const type = column.getSQLType().replace(' (', '(');
        return `${table.name}.${column.name} ${type} ${column.notNull ? 'NOT NULL' : 'NULL'}`;
      }),
    );
    expect(sorted(columns.map(({ column }) => column))).toEqual(sorted(described));
  });

  it("are a tenant's, or on the closed list of global ones", async () => {
    const ask = await catalog();

    const strays = await ask<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c WHERE ${IS_TENANTS_TABLE} AND NOT EXISTS (
         SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
           AND a.atttypid = 'uuid'::regtype AND a.attnotnull)`,
    );

    expect(strays).toEqual([]);
  });

  it('are reached without any other kind of relation', async () => {
    const ask = await catalog();

    const others = await ask(
      `SELECT relname, relkind FROM pg_class
       WHERE relnamespace = 'gatehouse'::regnamespace AND relkind NOT IN ('r', 'p', 'i', 'I', 'v', 't')`,
    );

    expect(others).toEqual([{ relname: 'revocations_id_seq', relkind: 'S' }]);
  });

  it('are watched by no rule, and by no trigger but those that tell of changes', async () => {
    const ask = await catalog();

    const triggers = await ask<{ tgname: string }>(
      `SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       WHERE c.relnamespace = 'gatehouse'::regnamespace AND NOT t.tgisinternal ORDER BY t.tgname`,
    );
    const rules = await ask(`SELECT rulename FROM pg_rules WHERE schemaname = 'gatehouse'`);

    expect(rules).toEqual([]);
    expect(triggers.map(({ tgname }) => tgname)).toEqual([
      'sessions_changed',
      'sessions_deleted',
      'sessions_shortened',
      'signing_keys_changed',
      'tenants_changed',
      'tenants_deleted',
      'user_roles_changed',
      'users_changed',
      'users_deleted',
    ]);
  });
});

// So that the schema can be sharded by tenant_id, and no reference can cross from one tenant to another.
describe('keys of tenant tables', () => {
  it('have a primary key', async () => {
    const ask = await catalog();

    const without = await ask(
      `SELECT c.relname FROM pg_class c WHERE ${IS_TENANTS_TABLE}
         AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')`,
    );

    expect(without).toEqual([]);
  });

  it('begin with tenant_id wherever they are unique', async () => {
    const ask = await catalog();

    const wrong = await ask<{ name: string }>(
      `SELECT i.indexrelid::regclass::text AS name
       FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid
       LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
       WHERE ${IS_TENANTS_TABLE} AND (i.indisunique OR i.indisexclusion)
         AND a.attname IS DISTINCT FROM 'tenant_id'`,
    );

    expect(wrong).toEqual([]);
  });

  it('refer to another table by tenant_id first, and to the tenant by tenant_id alone', async () => {
    const ask = await catalog();

    const references = await ask<{ name: string; target: string; from: string[]; to: string[] }>(
      `SELECT k.conname AS name, t.relname AS target, ${columnsOf('k.conrelid', 'k.conkey')} AS from,
         ${columnsOf('k.confrelid', 'k.confkey')} AS to
       FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f'
       JOIN pg_class t ON t.oid = k.confrelid WHERE ${IS_TENANTS_TABLE}`,
    );

    expect(references.length).toBeGreaterThan(0);
    const wrong = references.filter(({ target, from, to }) =>
      target === 'tenants'
        ? `${from} → ${to}` !== 'tenant_id → id'
        : GLOBAL_TABLES.includes(target) || from[0] !== 'tenant_id' || to[0] !== 'tenant_id',
    );
    expect(wrong).toEqual([]);
  });
});

describe('row-level security', () => {
  it('is enabled and forced on every tenant table and every partition', async () => {
    const ask = await catalog();

    const open = await ask(
      `SELECT c.relname FROM pg_class c
       WHERE ${IS_TENANTS_TABLE} AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`,
    );

    expect(open).toEqual([]);
  });

  it('shows the app its tenant alone, and owner and system every row', async () => {
    const ask = await catalog();

    const policies = await policiesOf(ask, 'NOT c.relispartition');

    const mine = "(tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)";
    const expected = tenantTables().flatMap((table) => [
      `${table}_owner ON ${table} PERMISSIVE ALL TO {gatehouse_owner} USING true CHECK -`,
      `${table}_system ON ${table} PERMISSIVE ALL TO {gatehouse_system} USING true CHECK -`,
      `${table}_tenant ON ${table} PERMISSIVE ALL TO {gatehouse_app} USING ${mine} CHECK -`,
    ]);
    expect(sorted(policies)).toEqual(sorted(expected));
  });

  it('lets nobody but the owner reach a partition by its own name', async () => {
    const ask = await catalog();
    const partitions = await ask<{ name: string; grantees: string[] | null }>(
      `SELECT c.relname AS name, (
         SELECT array_agg(DISTINCT grantee::regrole::text) FROM aclexplode(c.relacl) WHERE grantee <> c.relowner
       ) AS grantees
       FROM pg_class c WHERE c.relnamespace = 'gatehouse'::regnamespace AND c.relispartition AND c.relkind = 'r'`,
    );

    const policies = await policiesOf(ask, 'c.relispartition');

    expect(partitions.length).toBeGreaterThanOrEqual(2 * 5);
    expect(partitions.filter(({ grantees }) => grantees !== null)).toEqual([]);
    const expected = partitions.map(
      ({ name }) => `${name}_owner ON ${name} PERMISSIVE ALL TO {gatehouse_owner} USING true CHECK -`,
    );
    expect(sorted(policies)).toEqual(sorted(expected));
  });
});

describe('functions', () => {
  it('run as whoever calls them, but for the one named exception', async () => {
    const ask = await catalog();

    const definers = await ask(
      `SELECT proname FROM pg_proc WHERE pronamespace = 'gatehouse'::regnamespace AND prosecdef`,
    );

    expect(definers).toEqual([{ proname: THE_ONE_DEFINER }]);
  });

  // Or whoever calls it could put tables of their own before ours.
  it('have a fixed search_path', async () => {
    const ask = await catalog();

    const functions = await ask<{ name: string; config: string[] | null }>(
      `SELECT proname AS name, proconfig AS config FROM pg_proc WHERE pronamespace = 'gatehouse'::regnamespace`,
    );

    expect(functions.length).toBeGreaterThan(0);
    const loose = functions.filter(({ config }) => !config?.includes('search_path=gatehouse, pg_temp'));
    expect(loose).toEqual([]);
  });

  it('are executable by those who need them, and never by everybody', async () => {
    const ask = await catalog();

    const grants = await ask<{ name: string; grantees: string[] }>(
      `SELECT p.proname AS name, ARRAY(
         SELECT CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END
         FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x WHERE x.grantee <> p.proowner ORDER BY 1
       ) AS grantees
       FROM pg_proc p WHERE p.pronamespace = 'gatehouse'::regnamespace ORDER BY p.proname`,
    );

    expect(Object.fromEntries(grants.map(({ name, grantees }) => [name, grantees]))).toEqual({
      attempt_begin: ['gatehouse_app'],
      attempt_end: ['gatehouse_app'],
      attempt_find_lock: ['gatehouse_app'],
      audit_isolate_partition: [],
      audit_partitions: ['gatehouse_system'],
      credential_find: ['gatehouse_app'],
      note_role_change: [],
      note_session_change: [],
      note_signing_key_change: [],
      note_tenant_change: [],
      note_user_change: [],
      revocations_since: ['gatehouse_app'],
      session_check: ['gatehouse_app'],
      session_check_json: ['gatehouse_app'],
      session_look: ['gatehouse_app'],
      session_rotate: ['gatehouse_app'],
      session_rotate_json: ['gatehouse_app'],
      sessions_seen: ['gatehouse_app'],
      sign_in_find: ['gatehouse_app'],
    });
  });
});

it('has views only through which row-level security binds whoever reads', async () => {
  const ask = await catalog();

  const views = await ask<{ name: string; options: string[] | null }>(
    `SELECT relname AS name, reloptions AS options FROM pg_class
     WHERE relnamespace = 'gatehouse'::regnamespace AND relkind = 'v'`,
  );

  expect(views.length).toBeGreaterThan(0);
  expect(views.filter(({ options }) => !options?.includes('security_invoker=true'))).toEqual([]);
});

// Given by hand, since an adapter recognises a violation by that name.
it('names every constraint and index after its table and its kind', async () => {
  const ask = await catalog();
  const constraints = await ask<{ table: string; name: string; kind: string }>(
    `SELECT c.relname AS table, k.conname AS name, k.contype AS kind
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
     WHERE c.relnamespace = 'gatehouse'::regnamespace AND k.contype <> 'n'`,
  );
  const indexes = await ask<{ table: string; name: string }>(
    `SELECT c.relname AS table, i.indexrelid::regclass::text AS name
     FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace = 'gatehouse'::regnamespace
       AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)`,
  );

  const suffixes: Record<string, string> = { p: '_pkey', u: '_key', f: '_fkey', c: '_check' };
  const named = [
    ...constraints.map(({ kind, ...rest }) => ({ ...rest, suffix: suffixes[kind] ?? '_unknown' })),
    ...indexes.map(({ table, name }) => ({ table, name: name.replace('gatehouse.', ''), suffix: '_idx' })),
  ];
  expect(named.length).toBeGreaterThan(0);
  const wrong = named.filter(({ table, name, suffix }) =>
    suffix === '_pkey' ? name !== `${table}_pkey` : !(name.startsWith(`${table}_`) && name.endsWith(suffix)),
  );
  expect(wrong).toEqual([]);
});

function drizzleTables() {
  return Object.values(schema as Record<string, unknown>)
    .filter((entry) => is(entry, PgTable))
    .map((table) => getTableConfig(table));
}

function tenantTables(): readonly string[] {
  return drizzleTables()
    .map(({ name }) => name)
    .filter((name) => !GLOBAL_TABLES.includes(name));
}

async function policiesOf(ask: Ask, condition: string): Promise<readonly string[]> {
  const rows = await ask<{ policy: string }>(
    `SELECT format('%s ON %s %s %s TO %s USING %s CHECK %s', p.policyname, p.tablename, p.permissive, p.cmd,
       p.roles, p.qual, coalesce(p.with_check, '-')) AS policy
     FROM pg_policies p JOIN pg_class c
       ON c.relname = p.tablename AND c.relnamespace = p.schemaname::regnamespace
     WHERE p.schemaname = 'gatehouse' AND ${condition}`,
  );
  return rows.map(({ policy }) => policy);
}

function columnsOf(table: string, numbers: string): string {
  return `ARRAY(SELECT a.attname::text FROM unnest(${numbers}) WITH ORDINALITY n (number, place)
    JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = n.number ORDER BY n.place)`;
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...texts].sort();
}
