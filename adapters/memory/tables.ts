import type { AuditActor, AuditEventType, AuditTarget } from '../../core/audit/index.ts';
import type { Invitation } from '../../core/invitations/index.ts';
import type { EmailAddress } from '../../core/kernel/email-address.ts';
import type { SessionId, TenantId, UserId } from '../../core/kernel/ids.ts';
import type { OneTimeKind } from '../../core/kernel/one-time-text.ts';
import type { Clock, CryptoPrimitives } from '../../core/kernel/ports.ts';
import type { MailStatus, NewMail } from '../../core/notifications/index.ts';
import type { OpenRegistration } from '../../core/registration/index.ts';
import type { Session, SessionEndReason, SessionLifetimes } from '../../core/sessions/index.ts';
import type { Tenant } from '../../core/tenants/index.ts';
import type { SigningKey, SigningKeyRecord } from '../../core/tokens/index.ts';
import type { UserCredential } from '../../core/users/index.ts';

export type SessionRow = Readonly<{
  facts: Omit<Session, 'lastSeenAt' | 'expiresAt'>;
  lifetimes: SessionLifetimes;
  lastSeenAt: Date;
  idleUntil: Date;
  absoluteUntil: Date;
  inactiveUntil: Date;
  secretHash: Uint8Array;
  /** The number of the one refresh token that is good now. */
  number: number;
  /** When the number before it was spent; `null` before the first rotation. */
  rotatedAt: Date | null;
  /** Since when its user is to prove who they are again; `null`: they need not. */
  stepUpAt: Date | null;
  end: Readonly<{ at: Date; reason: SessionEndReason }> | null;
}>;

export type OneTimeTokenRow = Readonly<{
  id: string;
  kind: OneTimeKind;
  subjectId: string;
  email: EmailAddress | null;
  expiresAt: Date;
  /** When it was consumed or killed. */
  spentAt: Date | null;
}>;

export type RegistrationRow = Readonly<{
  registration: OpenRegistration;
  expiresAt: Date;
  closedAt: Date | null;
}>;

export type InvitationRow = Readonly<{ invitation: Invitation; expiresAt: Date; acceptedAt: Date | null }>;

export type MailRow = Readonly<{
  id: string;
  mail: NewMail;
  createdAt: Date;
  expiresAt: Date;
  /** From when on it may be claimed. */
  dueAt: Date;
  /** Until then a worker has it in hand; `null`: none ever had. */
  claimedUntil: Date | null;
  /** How often it was claimed. */
  attempts: number;
  status: MailStatus;
  /** When it ceased to wait. */
  finishedAt: Date | null;
  lastError: string | null;
}>;

/** Guesses under one key. */
export type AttemptRow = Readonly<{
  failedAt: readonly Date[];
  /** Each place that is taken, and when it expires. */
  places: ReadonlyMap<string, Date>;
  lockedUntil: Date | null;
}>;

/** For whom wrong passwords from one network address were meant, and until when each counts. */
export type AddressTargetsRow = ReadonlyMap<string, Date>;

export type KnownDeviceRow = Readonly<{
  id: string;
  userId: UserId;
  secretHash: string;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
}>;

export type SigningKeyRow = Readonly<{ key: SigningKey }> &
  Pick<SigningKeyRecord, 'createdAt' | 'activatedAt' | 'retiredAt' | 'expiresAt' | 'isAskedFor'>;

/** An audit event as it is kept, every gap filled. */
export type RecordedEvent = Readonly<{
  type: AuditEventType;
  outcome: 'success' | 'failure';
  actor: AuditActor;
  target: AuditTarget;
  data: Readonly<Record<string, unknown>>;
  ip: string | null;
  userAgent: string | null;
  addresses: Readonly<Record<string, string>>;
}>;

export type AuditRow = Readonly<{ event: RecordedEvent; at: Date }>;

/** One tenant's data. Rows are never altered, only replaced: so a copy of the maps is a copy of the data. */
export type TenantTables = Readonly<{
  addressTargets: Map<string, AddressTargetsRow>;
  attempts: Map<string, AttemptRow>;
  knownDevices: Map<string, KnownDeviceRow>;
  users: Map<UserId, UserCredential>;
  sessions: Map<SessionId, SessionRow>;
  /** By kind and hash. */
  oneTimeTokens: Map<string, OneTimeTokenRow>;
  registrations: Map<string, RegistrationRow>;
  invitations: Map<string, InvitationRow>;
  mails: Map<string, MailRow>;
  events: Map<string, AuditRow>;
}>;

/** What belongs to no tenant. */
export type GlobalTables = Readonly<{
  tenants: Map<TenantId, Tenant>;
  signingKeys: Map<string, SigningKeyRow>;
}>;

/** All that a repository works on: one tenant's draft, the global one, and the store's own clock. */
export type RepositoryContext = Readonly<{
  tenantId: TenantId;
  tables: TenantTables;
  globals: GlobalTables;
  clock: Clock;
  crypto: CryptoPrimitives;
}>;

/** A copy of one tenant's tables that can be changed without the original noticing; empty ones for `undefined`. */
export function copyTenantTables(tables: TenantTables | undefined): TenantTables {
  return {
    addressTargets: new Map(tables?.addressTargets),
    attempts: new Map(tables?.attempts),
    knownDevices: new Map(tables?.knownDevices),
    users: new Map(tables?.users),
    sessions: new Map(tables?.sessions),
    oneTimeTokens: new Map(tables?.oneTimeTokens),
    registrations: new Map(tables?.registrations),
    invitations: new Map(tables?.invitations),
    mails: new Map(tables?.mails),
    events: new Map(tables?.events),
  };
}

/** As {@link copyTenantTables}, of the global ones. */
export function copyGlobalTables({ tenants, signingKeys }: GlobalTables): GlobalTables {
  return { tenants: new Map(tenants), signingKeys: new Map(signingKeys) };
}
