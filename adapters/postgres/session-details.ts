import type { EmailAddress } from '../../core/kernel/email-address.ts';
import type { SessionId, TenantId, UserId } from '../../core/kernel/ids.ts';
import type { Locale } from '../../core/kernel/locale.ts';
import type { AuthenticationMethod, LiveSession } from '../../core/sessions/index.ts';
import type { Tenant, TenantSettings, TenantSlug } from '../../core/tenants/index.ts';
import type { Username, UserStatus } from '../../core/users/index.ts';

/** A row of the view `session_details`, as the hot functions answer it. */
export type SessionDetailsRow = Readonly<{
  tenant_id: TenantId;
  id: SessionId;
  user_id: UserId;
  amr: AuthenticationMethod[];
  aal: 1 | 2;
  auth_time: Date;
  device_name: string | null;
  user_agent: string | null;
  ip: string | null;
  created_at: Date;
  last_seen_at: Date;
  expires_at: Date;
  email: EmailAddress;
  email_verified: boolean;
  username: Username | null;
  name: string | null;
  locale: Locale | null;
  picture: string | null;
  metadata: Record<string, unknown>;
  user_status: UserStatus;
  user_created_at: Date;
  user_updated_at: Date;
  last_login_at: Date | null;
  roles: string[];
  tenant_slug: TenantSlug;
  tenant_name: string;
  tenant_status: Tenant['status'];
  tenant_settings: TenantSettings;
  tenant_created_at: Date;
  outcome:
    | 'live'
    | 'rotated'
    | 'repeated'
    | 'reused'
    | 'tenant_suspended'
    | 'ended'
    | 'expired'
    | 'user_inactive'
    | 'ahead';
}>;

/** The session, its user and its tenant that one row tells of. */
export function toLiveSession(row: SessionDetailsRow): LiveSession {
  return {
    session: {
      id: row.id,
      tenantId: row.tenant_id,
      userId: row.user_id,
      amr: row.amr,
      aal: row.aal,
      authTime: row.auth_time,
      deviceName: row.device_name,
      userAgent: row.user_agent,
      ip: row.ip,
      createdAt: row.created_at,
      lastSeenAt: row.last_seen_at,
      expiresAt: row.expires_at,
    },
    user: {
      id: row.user_id,
      tenantId: row.tenant_id,
      email: row.email,
      emailVerified: row.email_verified,
      username: row.username,
      name: row.name,
      locale: row.locale,
      picture: row.picture,
      metadata: row.metadata,
      status: row.user_status,
      roles: row.roles,
      createdAt: row.user_created_at,
      updatedAt: row.user_updated_at,
      lastLoginAt: row.last_login_at,
    },
    tenant: {
      id: row.tenant_id,
      slug: row.tenant_slug,
      name: row.tenant_name,
      status: row.tenant_status,
      settings: row.tenant_settings,
      createdAt: row.tenant_created_at,
    },
  };
}
