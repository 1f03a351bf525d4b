import type { EmailAddress } from '../../core/kernel/email-address.ts';
import type { SessionId, TenantId, UserId } from '../../core/kernel/ids.ts';
import type { Locale } from '../../core/kernel/locale.ts';
import type { AuthenticationMethod, LiveSession, SessionAge } from '../../core/sessions/index.ts';
import type { Tenant, TenantSettings, TenantSlug } from '../../core/tenants/index.ts';
import type { Username, UserStatus } from '../../core/users/index.ts';

/** In milliseconds since 1970: what a `Date` is made from fastest. */
type Moment = number;

/** A session with its user and tenant, as the hot functions answer it in JSON. */
export type SessionDetails = Readonly<{
  tenant_id: TenantId;
  id: SessionId;
  user_id: UserId;
  amr: AuthenticationMethod[];
  aal: 1 | 2;
  auth_time: Moment;
  device_name: string | null;
  user_agent: string | null;
  ip: string | null;
  created_at: Moment;
  last_seen_at: Moment;
  expires_at: Moment;
  email: EmailAddress;
  email_verified: boolean;
  username: Username | null;
  name: string | null;
  locale: Locale | null;
  picture: string | null;
  metadata: Record<string, unknown>;
  user_status: UserStatus;
  user_created_at: Moment;
  user_updated_at: Moment;
  last_login_at: Moment | null;
  roles: string[];
  tenant_slug: TenantSlug;
  tenant_name: string;
  tenant_status: Tenant['status'];
  tenant_settings: TenantSettings;
  tenant_created_at: Moment;
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

/** What `session_look` answers besides. */
export type SessionAgeDetails = Readonly<{
  remaining_ms: number;
  auth_age_ms: number;
  is_step_up_due: boolean;
}>;

/** What the database's clock says of a session. */
export function ageOf(row: SessionAgeDetails): SessionAge {
  return {
    remainingMs: row.remaining_ms,
    authAgeMs: row.auth_age_ms,
    isStepUpDue: row.is_step_up_due,
  };
}

/** The session, its user and its tenant that one answer tells of. */
export function toLiveSession(row: SessionDetails): LiveSession {
  return {
    session: {
      id: row.id,
      tenantId: row.tenant_id,
      userId: row.user_id,
      amr: row.amr,
      aal: row.aal,
      authTime: new Date(row.auth_time),
      deviceName: row.device_name,
      userAgent: row.user_agent,
      ip: row.ip,
      createdAt: new Date(row.created_at),
      lastSeenAt: new Date(row.last_seen_at),
      expiresAt: new Date(row.expires_at),
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
      createdAt: new Date(row.user_created_at),
      updatedAt: new Date(row.user_updated_at),
      lastLoginAt: row.last_login_at === null ? null : new Date(row.last_login_at),
    },
    tenant: {
      id: row.tenant_id,
      slug: row.tenant_slug,
      name: row.tenant_name,
      status: row.tenant_status,
      settings: row.tenant_settings,
      createdAt: new Date(row.tenant_created_at),
    },
  };
}
