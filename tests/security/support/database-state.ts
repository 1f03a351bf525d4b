import type { HttpService } from '../../http/support/http-service.ts';

/** What the whole database holds: a count and a digest of the rows for each `tenant.table`. */
export type DatabaseState = ReadonlyMap<string, Readonly<{ count: number; digest: string }>>;

/** Reads every row of every table there is, those of tables to come too. Rows of no tenant stand under `*`. */
export async function databaseState({ sql }: Pick<HttpService, 'sql'>): Promise<DatabaseState> {
  const tables = await sql<{ name: string; tenant: string }>(TABLES);
  const rows = tables.map(
    ({ name, tenant }) =>
      `SELECT '${name}' AS name, ${tenant} AS tenant, hash_record_extended(x, 0) AS digest FROM gatehouse."${name}" x`,
  );
  const places = await sql<{ place: string; count: number; digest: string }>(
    `SELECT coalesce(t.slug, '*') || '.' || s.name AS place, count(*)::int AS count,
       sum(s.digest)::text AS digest
     FROM (${rows.join(' UNION ALL ')}) s LEFT JOIN gatehouse.tenants t ON t.id = s.tenant
     GROUP BY 1`,
  );
  return new Map(places.map(({ place, ...held }) => [place, held]));
}

/** Every `tenant.table` in which a row was added, changed or removed, in alphabetical order. */
export function changesBetween(before: DatabaseState, after: DatabaseState): readonly string[] {
  const places = new Set([...before.keys(), ...after.keys()]);
  return [...places].filter((place) => before.get(place)?.digest !== after.get(place)?.digest).sort();
}

const TABLES = `
  SELECT c.relname AS name,
    CASE WHEN c.relname = 'tenants' THEN 'x.id'
      WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') THEN 'x.tenant_id'
      ELSE 'NULL::uuid' END AS tenant
  FROM pg_class c
  WHERE c.relnamespace = 'gatehouse'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  ORDER BY c.relname`;
