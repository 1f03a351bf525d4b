import { asc, eq, type SQL, sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Tenant, TenantDirectory } from '../../core/tenants/index.ts';
import { lend } from './loan.ts';
import { tenants } from './schema/tenants.ts';

/** The columns that make a tenant. */
export const tenantColumns = {
  id: tenants.id,
  slug: tenants.slug,
  name: tenants.name,
  status: tenants.status,
  settings: tenants.settings,
  createdAt: tenants.createdAt,
};

/** Reads tenants over connections of the pool, outside any unit of work: the table is global. */
export function createTenantDirectory(pool: pg.Pool): TenantDirectory {
  const pooled: NodePgDatabase = drizzle(pool);
  const ask = <T>(read: (db: NodePgDatabase) => PromiseLike<T>): Promise<T> =>
    lend(pool, (asked) => read(asked === pool ? pooled : drizzle(asked)));
  const list = (where?: SQL): Promise<Tenant[]> =>
    ask((db) => db.select(tenantColumns).from(tenants).where(where).orderBy(asc(tenants.slug)));
  const one = async (where: SQL): Promise<Tenant | null> => (await list(where))[0] ?? null;

  return {
    findById: (id) => one(eq(tenants.id, id)),
    findBySlug: (slug) => one(eq(tenants.slug, slug)),
    isOriginAllowed: async (origin) => {
      const holds = sql`${tenants.settings} -> 'cors_origins' ? ${origin}`;
      const rows = await ask((db) => db.select({ id: tenants.id }).from(tenants).where(holds).limit(1));
      return rows.length > 0;
    },
    list: () => list(),
  };
}
