import type pg from 'pg';

/**
 * Everything in our schema that a migration can make, one line each, sorted: two schemas are the same when
 * their dumps are equal. Without the ledger's rows and whatever else is data.
 *
 * @param admin connections of a superuser
 */
export async function dumpSchema(admin: pg.Pool): Promise<readonly string[]> {
  const { rows } = await admin.query<{ line: string }>(DUMP);
  return rows.map(({ line }) => line).sort();
}

const grantsOf = (acl: string, kind: string, owner: string) =>
  `(SELECT string_agg(format('%s=%s', CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END,
      x.privilege_type), ' ' ORDER BY x.grantee::regrole::text, x.privilege_type)
    FROM aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) x)`;

const DUMP = `
  WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = to_regnamespace('gatehouse'))
  SELECT format('relation %s %s of %s, rls %s forced %s, options %s, partition %s, grants %s', relname, relkind,
    relowner::regrole, relrowsecurity, relforcerowsecurity, reloptions, pg_get_expr(relpartbound, oid),
    ${grantsOf('relacl', 'r', 'relowner')}) AS line
  FROM ours WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
  UNION ALL
  SELECT format('column %s.%s #%s %s not null %s default %s', c.relname, a.attname,
    -- What was dropped before it keeps its number, and is not to be seen otherwise.
    row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
    format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
  FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relkind IN ('r', 'p', 'v')
  UNION ALL
  SELECT format('constraint %s on %s: %s', k.conname, c.relname, pg_get_constraintdef(k.oid))
  FROM ours c JOIN pg_constraint k ON k.conrelid = c.oid
  UNION ALL
  SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'gatehouse'
  UNION ALL
  SELECT format('policy %s on %s: %s %s to %s using %s check %s', policyname, tablename, permissive, cmd, roles,
    qual, with_check)
  FROM pg_policies WHERE schemaname = 'gatehouse'
  UNION ALL
  SELECT format('view %s: %s', relname, pg_get_viewdef(oid)) FROM ours WHERE relkind = 'v'
  UNION ALL
  SELECT format('function of %s, grants %s: %s', proowner::regrole, ${grantsOf('proacl', 'f', 'proowner')},
    pg_get_functiondef(oid))
  FROM pg_proc WHERE pronamespace = to_regnamespace('gatehouse')
  UNION ALL
  SELECT format('trigger %s', pg_get_triggerdef(t.oid)) FROM ours c JOIN pg_trigger t ON t.tgrelid = c.oid
  WHERE NOT t.tgisinternal
  UNION ALL
  SELECT format('type %s %s', typname, typtype) FROM pg_type
  WHERE typnamespace = to_regnamespace('gatehouse') AND typtype <> 'b'
  UNION ALL
  SELECT format('schema of %s, grants %s', nspowner::regrole, ${grantsOf('nspacl', 'n', 'nspowner')})
  FROM pg_namespace WHERE nspname = 'gatehouse'`;
