import type { AuditActor, AuditTarget } from '../../core/audit/index.ts';
import type { TenantId, UserId } from '../../core/kernel/ids.ts';
import type { CryptoPrimitives, UnitOfWork } from '../../core/kernel/ports.ts';
import type { DevMailbox, MailJournal, MailQueue, MailTransport } from '../../core/notifications/index.ts';
import type { AttemptStore } from '../../core/protection/index.ts';
import type { Repositories } from '../../core/repositories.ts';
import type { RevocationLog } from '../../core/revocation/index.ts';
import type { SessionStore } from '../../core/sessions/index.ts';
import type { CredentialLookup } from '../../core/sign-in/index.ts';
import type { Tenant, TenantDirectory, TenantSettings } from '../../core/tenants/index.ts';
import type { UserStatus } from '../../core/users/index.ts';

/** An audit event as a test reads it back, whatever the store keeps beside it. Absent data and addresses are `{}`. */
export type RecordedEvent = Readonly<{
  type: string;
  outcome: 'success' | 'failure';
  actor: AuditActor;
  target: AuditTarget;
  data: Readonly<Record<string, unknown>>;
  ip: string | null;
  userAgent: string | null;
  addresses: Readonly<Record<string, string>>;
}>;

/** One store behind its ports, and the few handles that a contract needs beside them. */
export type StoreHarness = Readonly<{
  unitOfWork: UnitOfWork<Repositories>;
  tenantDirectory: TenantDirectory;
  sessionStore: SessionStore;
  revocationLog: RevocationLog;
  credentialLookup: CredentialLookup;
  attemptStore: AttemptStore;
  mailQueue: MailQueue;
  mailJournal: MailJournal;
  devMailbox: DevMailbox;
  /** Delivers into the mailbox. */
  devTransport: MailTransport;
  crypto: CryptoPrimitives;
  /**
   * How long before a limit a test may stand and count on not having reached
   * it: 1 where the clock stands still, a few more (under 10) where it runs on.
   */
  marginSeconds: number;

  /** A fresh active tenant; without a slug, one of its own. */
  makeTenant(slug?: string): Promise<Tenant>;
  /**
   * Lets time pass for everything stored, what belongs to no tenant included:
   * moves a fake clock on, or every stored timestamp back.
   */
  passTime(seconds: number): Promise<void>;
  /** Sets the status and raises the credential version, as every change of status does. Ends no session. */
  setUserStatus(tenantId: TenantId, userId: UserId, status: UserStatus): Promise<void>;
  setTenantStatus(tenantId: TenantId, status: Tenant['status']): Promise<void>;
  setTenantSettings(tenantId: TenantId, settings: TenantSettings): Promise<void>;
  /** The committed events of a tenant, the oldest first. */
  auditOf(tenantId: TenantId): Promise<readonly RecordedEvent[]>;
}>;

export type HarnessOptions = Readonly<{
  /** How long the newest spent refresh token still yields its successor. Default is {@link GRACE_SECONDS}. */
  graceSeconds?: number;
}>;

/** The grace of a harness that was asked for no other. */
export const GRACE_SECONDS = 10;

/** Makes a store of its own for one test: nothing that another test wrote is in it. */
export type MakeHarness = (options?: HarnessOptions) => Promise<StoreHarness>;
