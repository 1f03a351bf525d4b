import { asc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Tenant, TenantDirectory } from '../../core/tenants/index.ts';
import { translateError } from './errors.ts';
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

/** Reads tenants straight from the pool: the table is global. */
export function createTenantDirectory(pool: pg.Pool): TenantDirectory {
  const db = drizzle(pool);
  const select = () => db.select(tenantColumns).from(tenants);
  const one = async (rows: PromiseLike<Tenant[]>): Promise<Tenant | null> => {
    const [tenant] = await answer(rows);
    return tenant ?? null;
  };

  return {
    findById: (id) => one(select().where(eq(tenants.id, id))),
    findBySlug: (slug) => one(select().where(eq(tenants.slug, slug))),
    isOriginAllowed: async (origin) => {
      const rows = await answer(
        db
          .select({ id: tenants.id })
          .from(tenants)
          .where(sql`${tenants.settings} -> 'cors_origins' ? ${origin}`)
          .limit(1),
      );
      return rows.length > 0;
    },
    list: () => answer(select().orderBy(asc(tenants.slug))),
  };
}

async function answer<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    throw translateError(error);
  }
}
