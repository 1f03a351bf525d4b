import { type AuditLog, OPERATOR } from '../audit/index.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { ValidationFailed } from '../kernel/errors.ts';
import type { UserId } from '../kernel/ids.ts';
import type { CryptoPrimitives, UnitOfWork } from '../kernel/ports.ts';
import { NO_REQUEST } from '../kernel/request-context.ts';
import { type CommonPasswords, hashNewPassword, type PasswordHasher } from '../passwords/index.ts';
import { contextWordsOf, type MakeAccountRepositories, makeVerifiedAccount } from '../registration/index.ts';
import {
  effectiveSettings,
  PLATFORM_SLUG,
  type Tenant,
  type TenantDefaults,
  type TenantRepository,
} from '../tenants/index.ts';
import { EmailAlreadyRegistered, type User } from '../users/index.ts';
import type { Invite } from './invite.ts';

/** The roles that an operator hands out. `platform_admin` exists in the tenant `platform` alone. */
export const ADMIN_ROLES = ['owner', 'admin', 'platform_admin'] as const;
export type AdminRole = (typeof ADMIN_ROLES)[number];

export type CreateAdminRepositories = MakeAccountRepositories &
  Readonly<{ tenants: TenantRepository; audit: AuditLog }>;

export type CreateAdminDeps = Readonly<{
  unitOfWork: UnitOfWork<CreateAdminRepositories>;
  invite: Invite;
  crypto: CryptoPrimitives;
  hasher: PasswordHasher;
  commonPasswords: CommonPasswords;
  tenantDefaults: TenantDefaults;
}>;

/** `token` is the text of an invitation's link where one was made, and `user` is `null` then. */
export type CreatedAdmin = Readonly<{ user: User | null; token: string | null }>;

/**
 * Makes an administrator on the operator's word.
 *
 * An existing user is given the role and keeps password and verification.
 * Otherwise, with a password the account is made at once and its address
 * counts as verified; without one an invitation is made.
 *
 * @throws {ValidationFailed} `platform_admin` outside of `platform`
 * @throws {PasswordError} the password does not meet the tenant's policy
 * @throws {EmailAlreadyRegistered} somebody registered the address at this very moment
 */
export type CreateAdmin = (
  tenant: Tenant,
  email: EmailAddress,
  role: AdminRole,
  password: string | null,
) => Promise<CreatedAdmin>;

type Candidate = Readonly<{ tenant: Tenant; email: EmailAddress; role: AdminRole }>;

export function createCreateAdmin(deps: CreateAdminDeps): CreateAdmin {
  return async (tenant, email, role, password) => {
    if (role === 'platform_admin' && tenant.slug !== PLATFORM_SLUG) {
      const detail = 'The role platform_admin exists in the tenant "platform" alone';
      throw new ValidationFailed([{ pointer: '/role', code: 'invalid', detail }]);
    }
    const candidate = { tenant, email, role };
    const existing = await grantToExisting(deps, candidate);
    if (existing) return { user: existing, token: null };
    if (password === null) return { user: null, token: await deps.invite.byOperator(tenant, email, role) };
    return { user: await makeAdmin(deps, candidate, password), token: null };
  };
}

function grantToExisting({ unitOfWork }: CreateAdminDeps, candidate: Candidate): Promise<User | null> {
  const { tenant, email, role } = candidate;
  return unitOfWork.run(tenant.id, async (repos) => {
    await repos.tenants.lockOwnership();
    const user = await repos.users.findByEmail(email);
    if (!user) return null;
    const isNews = await repos.users.addRole(user.id, role);
    if (isNews) await recordRole(repos.audit, user.id, role);
    return repos.users.findById(user.id);
  });
}

async function makeAdmin(deps: CreateAdminDeps, candidate: Candidate, password: string): Promise<User> {
  const { tenant, email, role } = candidate;
  const { passwordPolicy: policy } = effectiveSettings(tenant, deps.tenantDefaults);
  const contextWords = contextWordsOf({ tenant, email, name: null, username: null });
  const passwordHash = await hashNewPassword(deps, { tenantId: tenant.id, password, policy, contextWords });
  return deps.unitOfWork.run(tenant.id, async (repos) => {
    await repos.tenants.lockOwnership();
    await repos.users.lockAddress(email);
    const id = deps.crypto.newId() as UserId;
    const account = { id, email, passwordHash, name: null, username: null, locale: null, roles: [role] };
    const made = await makeVerifiedAccount(repos, account);
    if (made.kind === 'email_taken') throw new EmailAlreadyRegistered();
    const target = { type: 'user', id };
    await repos.audit.record({
      type: 'user.registered',
      outcome: 'success',
      actor: OPERATOR,
      target,
      context: NO_REQUEST,
    });
    await recordRole(repos.audit, id, role);
    return made.user;
  });
}

function recordRole(audit: AuditLog, userId: UserId, role: AdminRole): Promise<void> {
  return audit.record({
    type: 'role.assigned',
    outcome: 'success',
    actor: OPERATOR,
    target: { type: 'user', id: userId },
    context: NO_REQUEST,
    data: { role },
  });
}
