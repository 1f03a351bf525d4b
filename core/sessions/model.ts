import type { SessionId, TenantId, UserId } from '../kernel/ids.ts';

/** How somebody proved who they are (RFC 8176). */
export type AuthenticationMethod = 'pwd';

/** One sign-in on one device, alive until it is ended or the earliest of its limits is reached. */
export type Session = Readonly<{
  id: SessionId;
  tenantId: TenantId;
  userId: UserId;
  amr: readonly AuthenticationMethod[];
  aal: 1 | 2;
  /** When the user last proved who they are. Refreshing does not move it. */
  authTime: Date;
  /** What the client called its device, or `null`. */
  deviceName: string | null;
  userAgent: string | null;
  ip: string | null;
  createdAt: Date;
  lastSeenAt: Date;
  /** The earliest of its idle, absolute and inactivity limits. */
  expiresAt: Date;
}>;

/** How long a session lives. It ends at the earliest of the three. */
export type SessionLifetimes = Readonly<{
  /** Without a refresh. */
  idleSeconds: number;
  /** Whatever happens. */
  absoluteSeconds: number;
  /** Without any request. */
  inactivitySeconds: number;
}>;

export type SessionEndReason =
  | 'logout'
  | 'logout_all'
  /** Its user ended it by its id, from this session or from another. */
  | 'revoked'
  | 'device_limit'
  | 'refresh_token_reused';
