import type { TenantId, UserId } from '../../core/kernel/ids.ts';
import type { Tenant, TenantSettings } from '../../core/tenants/index.ts';
import type { UserStatus } from '../../core/users/index.ts';
import type { Database } from './database.ts';

/** What an operator does to the rows behind the back of the domain. Ids that do not exist change nothing. */
export interface Tamper {
  /** Raises the credential version, as every change of status does. Ends no session. */
  setUserStatus(tenantId: TenantId, userId: UserId, status: UserStatus): Promise<void>;
  setTenantStatus(tenantId: TenantId, status: Tenant['status']): Promise<void>;
  setTenantSettings(tenantId: TenantId, settings: TenantSettings): Promise<void>;
}

export function createTamper(database: Database): Tamper {
  const changeTenant = (tenantId: TenantId, change: Partial<Tenant>): Promise<void> =>
    database.transact(async ({ globals: { tenants } }) => {
      const tenant = tenants.get(tenantId);
      if (tenant) tenants.set(tenantId, { ...tenant, ...change });
    });

  return {
    setUserStatus(tenantId, userId, status) {
      return database.transact(async ({ tablesOf }) => {
        const { users } = tablesOf(tenantId);
        const row = users.get(userId);
        if (!row) return;
        const credentialVersion = row.credentialVersion + 1;
        users.set(userId, { ...row, user: { ...row.user, status }, credentialVersion });
      });
    },
    setTenantStatus: (tenantId, status) => changeTenant(tenantId, { status }),
    setTenantSettings: (tenantId, settings) => changeTenant(tenantId, { settings }),
  };
}
