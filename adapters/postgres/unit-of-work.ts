import type pg from 'pg';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { CryptoPrimitives, SecretBox, UnitOfWork } from '../../core/kernel/ports.ts';
import type { Repositories } from '../../core/repositories.ts';
import { createAddressTargetRepository } from './address-targets.ts';
import { createAttemptRepository } from './attempts.ts';
import { createAuditLog } from './audit-log.ts';
import { createInvitationRepository } from './invitation-repository.ts';
import { createKnownDeviceRepository } from './known-device-repository.ts';
import { createOneTimeTokenRepository } from './one-time-token-repository.ts';
import { createOutbox } from './outbox.ts';
import { createOpenRegistrationRepository } from './registration-repository.ts';
import { createSessionRepository } from './session-repository.ts';
import { createSigningKeyRepository } from './signing-key-repository.ts';
import { createTenantRepository } from './tenant-repository.ts';
import { type OnRevoked, type Transaction, withTenant } from './transaction.ts';
import { createUserRepository } from './user-repository.ts';

export type UnitOfWorkDeps = Readonly<{
  /** Connections that act as `gatehouse_app`. */
  pool: pg.Pool;
  crypto: CryptoPrimitives;
  box: SecretBox;
  /** Told of what a unit of work has revoked before it resolves. Default: nobody. */
  onRevoked?: OnRevoked;
}>;

export function createUnitOfWork(deps: UnitOfWorkDeps): UnitOfWork<Repositories> {
  return {
    run: (tenantId, work) =>
      withTenant(deps.pool, tenantId, (tx) => work(bindRepositories(deps, tx, tenantId)), deps.onRevoked),
  };
}

function bindRepositories(
  { crypto, box }: UnitOfWorkDeps,
  tx: Transaction,
  tenantId: TenantId,
): Repositories {
  return {
    addressTargets: createAddressTargetRepository(tx, tenantId),
    attempts: createAttemptRepository(tx, tenantId),
    audit: createAuditLog(tx, tenantId, crypto),
    invitations: createInvitationRepository(tx, tenantId),
    knownDevices: createKnownDeviceRepository(tx, tenantId),
    oneTimeTokens: createOneTimeTokenRepository(tx, tenantId, crypto),
    outbox: createOutbox(tx, tenantId, { crypto, box }),
    registrations: createOpenRegistrationRepository(tx, tenantId),
    sessions: createSessionRepository(tx, tenantId),
    signingKeys: createSigningKeyRepository(tx),
    tenants: createTenantRepository(tx, tenantId),
    users: createUserRepository(tx, tenantId),
  };
}
