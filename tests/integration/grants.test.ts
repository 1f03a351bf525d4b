import { describe, expect, it } from 'vitest';
import { type Ask, catalog } from './catalog.ts';

const ROLES = ['gatehouse_app', 'gatehouse_owner', 'gatehouse_system'];
const AUDIT_TABLES = ['audit_events', 'audit_personal'];

describe('the roles', () => {
  it('have no power beyond what is granted to them', async () => {
    const ask = await catalog();

    const roles = await ask(
      `SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS is_mighty
       FROM pg_roles WHERE rolname = ANY ($1) ORDER BY rolname`,
      [ROLES],
    );

    expect(roles).toEqual(ROLES.map((rolname) => ({ rolname, is_mighty: false })));
  });

  it('are members of no other role', async () => {
    const ask = await catalog();

    const memberships = await ask(
      `SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members
       WHERE member::regrole::text = ANY ($1)`,
      [ROLES],
    );

    expect(memberships).toEqual([]);
  });

  it('leave all that there is to the owner: the app and the system own nothing', async () => {
    const ask = await catalog();

    const owned = await ask(
      `SELECT pg_describe_object(classid, objid, objsubid) FROM pg_shdepend
       WHERE refclassid = 'pg_authid'::regclass AND deptype = 'o'
         AND refobjid IN ('gatehouse_app'::regrole, 'gatehouse_system'::regrole)
         AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))`,
    );
    const foreign = await ask(
      `SELECT relname FROM pg_class
       WHERE relnamespace = 'gatehouse'::regnamespace AND relowner <> 'gatehouse_owner'::regrole`,
    );

    expect([owned, foreign]).toEqual([[], []]);
  });

  it('make nothing in the schema, the owner apart', async () => {
    const ask = await catalog();

    const [may] = await ask(
      `SELECT has_schema_privilege('gatehouse_owner', 'gatehouse', 'CREATE') AS owner,
         has_schema_privilege('gatehouse_app', 'gatehouse', 'CREATE') AS app,
         has_schema_privilege('gatehouse_system', 'gatehouse', 'CREATE') AS system,
         has_schema_privilege('public', 'gatehouse', 'USAGE') AS everybody`,
    );

    expect(may).toEqual({ owner: true, app: false, system: false, everybody: false });
  });

  it('let the app add to the audit log and read it, and never change or remove', async () => {
    const ask = await catalog();

    const grants = await grantsOf(ask, 'gatehouse_app');

    for (const table of AUDIT_TABLES) expect([table, grants.get(table)]).toEqual([table, 'INSERT, SELECT']);
  });

  it('let the app read the global tables and add to some, and remove from none', async () => {
    const ask = await catalog();

    const grants = await grantsOf(ask, 'gatehouse_app');

    expect(grants.get('migrations')).toBe('SELECT');
    expect(grants.get('tenants')).toBe('INSERT, SELECT, UPDATE');
    expect(grants.get('signing_keys')).toBe('INSERT, SELECT, UPDATE');
  });

  it('let the app and the system add to what is revoked, and the system alone remove', async () => {
    const ask = await catalog();

    const grants = await Promise.all(
      ROLES.map(async (role) => (await grantsOf(ask, role)).get('revocations')),
    );

    const [app, , system] = grants;
    expect([app, system]).toEqual(['INSERT, SELECT', 'DELETE, INSERT, SELECT']);
  });

  it('let nobody empty a table, refer to it or put a trigger on it', async () => {
    const ask = await catalog();

    for (const role of ['gatehouse_app', 'gatehouse_system']) {
      const grants = await grantsOf(ask, role);
      const wrong = [...grants].filter(([, privileges]) => /TRUNCATE|REFERENCES|TRIGGER/.test(privileges));
      expect([role, wrong]).toEqual([role, []]);
    }
  });

  it('leave everybody else nothing', async () => {
    const ask = await catalog();

    const others = await ask(
      `SELECT c.relname, x.grantee FROM pg_class c, aclexplode(c.relacl) x
       WHERE c.relnamespace = 'gatehouse'::regnamespace
         AND x.grantee NOT IN (SELECT oid FROM pg_roles WHERE rolname = ANY ($1))`,
      [ROLES],
    );
    const columns = await ask(
      `SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
       WHERE c.relnamespace = 'gatehouse'::regnamespace AND a.attacl IS NOT NULL`,
    );

    // Not to update anything, but so that the sweep may lock rows and pass over locked ones.
    expect([others, columns]).toEqual([[], [{ relname: 'attempt_counts', attname: 'expires_at' }]]);
  });
});

/** What a role was granted, by table; what it has by being a member or by PUBLIC is asked for elsewhere. */
async function grantsOf(ask: Ask, role: string): Promise<ReadonlyMap<string, string>> {
  const rows = await ask<{ table: string; privileges: string }>(
    `SELECT c.relname AS table, string_agg(x.privilege_type, ', ' ORDER BY x.privilege_type) AS privileges
     FROM pg_class c, aclexplode(c.relacl) x
     WHERE c.relnamespace = 'gatehouse'::regnamespace AND x.grantee = $1::regrole GROUP BY c.relname`,
    [role],
  );
  return new Map(rows.map(({ table, privileges }) => [table, privileges]));
}
