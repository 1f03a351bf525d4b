import type { TenantId } from '../kernel/ids.ts';
import type { Tenant, TenantSettings, TenantSlug } from './model.ts';

/** Reads tenants, outside any transaction: who they are is not a secret of any tenant. */
export interface TenantDirectory {
  /** The tenant, suspended ones included, or `null`. */
  findById(id: TenantId): Promise<Tenant | null>;
  findBySlug(slug: TenantSlug): Promise<Tenant | null>;
  /** Whether any tenant lets browser applications of `origin` call the API. */
  isOriginAllowed(origin: string): Promise<boolean>;
  /** All of them, by slug. */
  list(): Promise<readonly Tenant[]>;
}

export type NewTenant = Pick<Tenant, 'id' | 'slug' | 'name'>;

export interface TenantRepository {
  /** The new tenant, or `null` when its slug is taken. */
  insert(tenant: NewTenant): Promise<Tenant | null>;

  /**
   * Waits for, and holds until the transaction ends, the lock on the unit of
   * work's own tenant, and answers it as it is then; `null` when there is none.
   */
  lock(): Promise<Tenant | null>;

  /** Puts these in the place of all settings of the unit of work's own tenant, which must exist. */
  replaceSettings(settings: TenantSettings): Promise<Tenant>;

  /**
   * Waits for, and holds until the transaction ends, the lock on who owns the
   * unit of work's own tenant. Every change to its owners takes it first.
   */
  lockOwnership(): Promise<void>;

  /** Waits for, and holds until the transaction ends, the one lock on first-start work of all processes. */
  lockInstallation(): Promise<void>;
}
