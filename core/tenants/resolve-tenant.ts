import { parseId, type TenantId } from '../kernel/ids.ts';
import { TenantNotFound, TenantSuspended } from './errors.ts';
import { parseTenantSlug, type Tenant, type TenantSlug } from './model.ts';
import type { TenantDirectory } from './ports.ts';

/** What a request says of its tenant besides its credential: the `X-Tenant` header, slug or id. */
export type NamedTenant = string | null;

/** Finds the tenant that a request without a credential is for. */
export interface ResolveTenant {
  /**
   * @param named slug or id; `null` for the default tenant
   * @throws {TenantNotFound} nothing goes by that name
   * @throws {TenantSuspended}
   */
  byName(named: NamedTenant): Promise<Tenant>;
}

export type ResolveTenantDeps = Readonly<{ tenants: TenantDirectory; defaultTenant: TenantSlug }>;

export function createResolveTenant({ tenants, defaultTenant }: ResolveTenantDeps): ResolveTenant {
  return {
    async byName(named) {
      const tenant = await find(tenants, named ?? defaultTenant);
      if (!tenant) throw new TenantNotFound();
      if (tenant.status === 'suspended') throw new TenantSuspended();
      return tenant;
    },
  };
}

/** Whether `named` leaves the tenant open or names this one. */
export function isNamed(tenant: Pick<Tenant, 'id' | 'slug'>, named: NamedTenant): boolean {
  return named === null || named === tenant.slug || named.toLowerCase() === tenant.id;
}

async function find(tenants: TenantDirectory, named: string): Promise<Tenant | null> {
  const id = parseId<TenantId>(named.toLowerCase());
  if (id) return tenants.findById(id);
  const slug = parseTenantSlug(named);
  return slug ? tenants.findBySlug(slug) : null;
}
