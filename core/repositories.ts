import type { AuditLog } from './audit/index.ts';
import type { InvitationRepository } from './invitations/index.ts';
import type { Outbox } from './notifications/index.ts';
import type { OneTimeTokenRepository } from './one-time-tokens/index.ts';
import type {
  AddressTargetRepository,
  AttemptRepository,
  KnownDeviceRepository,
} from './protection/index.ts';
import type { OpenRegistrationRepository } from './registration/index.ts';
import type { SessionRepository } from './sessions/index.ts';
import type { TenantRepository } from './tenants/index.ts';
import type { SigningKeyRepository } from './tokens/index.ts';
import type { UserRepository } from './users/index.ts';

/** Every repository that a unit of work hands out. Each use case asks for the few that it uses. */
export type Repositories = Readonly<{
  addressTargets: AddressTargetRepository;
  attempts: AttemptRepository;
  audit: AuditLog;
  invitations: InvitationRepository;
  knownDevices: KnownDeviceRepository;
  oneTimeTokens: OneTimeTokenRepository;
  outbox: Outbox;
  registrations: OpenRegistrationRepository;
  sessions: SessionRepository;
  signingKeys: SigningKeyRepository;
  tenants: TenantRepository;
  users: UserRepository;
}>;
