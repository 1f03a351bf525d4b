import type { Clock, CryptoPrimitives, UnitOfWork } from '../../core/kernel/ports.ts';
import type { Repositories } from '../../core/repositories.ts';
import { createAddressTargetRepository } from './address-targets.ts';
import { createAttemptRepository } from './attempts.ts';
import { createAuditLog } from './audit.ts';
import type { Database } from './database.ts';
import { createInvitationRepository } from './invitations.ts';
import { createKnownDeviceRepository } from './known-devices.ts';
import { createOneTimeTokenRepository } from './one-time-tokens.ts';
import { createOutbox } from './outbox.ts';
import { createOpenRegistrationRepository } from './registrations.ts';
import { createSessionRepository } from './sessions.ts';
import { createSigningKeyRepository } from './signing-keys.ts';
import type { RepositoryContext } from './tables.ts';
import { createTenantRepository } from './tenants.ts';
import { createUserRepository } from './users.ts';

export type UnitOfWorkDeps = Readonly<{ database: Database; clock: Clock; crypto: CryptoPrimitives }>;

/**
 * Units of work on an in-process database: one at a time, all or nothing.
 *
 * As with foreign keys, rows of a tenant that does not exist are refused.
 */
export function createUnitOfWork({ database, clock, crypto }: UnitOfWorkDeps): UnitOfWork<Repositories> {
  return {
    run(tenantId, work) {
      return database.transact(async ({ globals, tablesOf }) => {
        const tables = tablesOf(tenantId);
        const result = await work(bindRepositories({ tenantId, tables, globals, clock, crypto }));
        const isEmpty = Object.values(tables).every(({ size }) => size === 0);
        if (!isEmpty && !globals.tenants.has(tenantId))
          throw new Error('Rows of a tenant that does not exist');
        return result;
      });
    },
  };
}

function bindRepositories(context: RepositoryContext): Repositories {
  return {
    addressTargets: createAddressTargetRepository(context),
    attempts: createAttemptRepository(context),
    audit: createAuditLog(context),
    invitations: createInvitationRepository(context),
    knownDevices: createKnownDeviceRepository(context),
    oneTimeTokens: createOneTimeTokenRepository(context),
    outbox: createOutbox(context),
    registrations: createOpenRegistrationRepository(context),
    sessions: createSessionRepository(context),
    signingKeys: createSigningKeyRepository(context),
    tenants: createTenantRepository(context),
    users: createUserRepository(context),
  };
}
