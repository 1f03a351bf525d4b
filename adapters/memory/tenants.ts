import type { TenantDirectory, TenantRepository } from '../../core/tenants/index.ts';
import type { Database } from './database.ts';
import type { RepositoryContext } from './tables.ts';

/** Tenants as a draft sees them. The locks are held already: units of work run one at a time. */
export function createTenantRepository({
  globals: { tenants },
  tenantId,
  clock,
}: RepositoryContext): TenantRepository {
  return {
    async insert({ id, slug, name }) {
      if ([...tenants.values()].some((tenant) => tenant.slug === slug)) return null;
      const tenant = { id, slug, name, status: 'active', settings: {}, createdAt: clock.now() } as const;
      tenants.set(id, tenant);
      return tenant;
    },
    async lock() {
      return tenants.get(tenantId) ?? null;
    },
    async replaceSettings(settings) {
      const tenant = tenants.get(tenantId);
      if (!tenant) throw new Error('A tenant whose settings change cannot be found');
      const changed = { ...tenant, settings };
      tenants.set(tenantId, changed);
      return changed;
    },
    async lockOwnership() {},
    async lockInstallation() {},
  };
}

/** The tenants that are committed. */
export function createTenantDirectory(database: Database): TenantDirectory {
  const all = () => [...database.committed().globals.tenants.values()];

  return {
    async findById(id) {
      return database.committed().globals.tenants.get(id) ?? null;
    },
    async isOriginAllowed(origin) {
      return all().some(({ settings }) => settings.cors_origins?.includes(origin) ?? false);
    },
    async findBySlug(slug) {
      return all().find((tenant) => tenant.slug === slug) ?? null;
    },
    async list() {
      return all().sort((left, right) => (left.slug < right.slug ? -1 : 1));
    },
  };
}
