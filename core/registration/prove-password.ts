import { ANONYMOUS, type AuditLog } from '../audit/index.ts';
import type { OneTimeText } from '../kernel/one-time-text.ts';
import type { UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { checkPassword } from '../passwords/index.ts';
import {
  type Attempt,
  type AttemptKey,
  type AttemptRepository,
  type AttemptStore,
  attemptKeysOf,
  type ProtectionError,
  refusalError,
  withAttempt,
} from '../protection/index.ts';
import { InvalidCredentials } from '../sign-in/index.ts';
import { effectiveSettings, type Tenant } from '../tenants/index.ts';
import { PasswordRequired } from './errors.ts';
import type { OpenRegistration } from './model.ts';
import type { RegistrationDeps, RegistrationRepositories } from './register.ts';

export type VerifyEmailDeps = Omit<RegistrationDeps, 'unitOfWork'> &
  Readonly<{
    unitOfWork: UnitOfWork<VerifyEmailRepositories>;
    attempts: AttemptStore;
    /** Told of what a failure has locked, once that is certain. */
    onLocked(keys: readonly AttemptKey[]): void;
  }>;

export type VerifyEmailRepositories = RegistrationRepositories & Readonly<{ attempts: AttemptRepository }>;

type Proof = Readonly<{ tenant: Tenant; password: string | null; context: RequestContext }>;

/**
 * Compares the password of one of several open registrations, counted so that nobody may guess on.
 *
 * @throws {PasswordRequired} none was given; nothing was counted
 * @throws {InvalidCredentials} @throws {AccountLocked} @throws {RateLimited}
 */
export async function provePassword(
  deps: VerifyEmailDeps,
  { tenant, password, context }: Proof,
  { id, passwordHash }: OpenRegistration,
): Promise<true> {
  const keys = [keyOf(deps, tenant, id)];
  if (password === null) {
    const lock = await deps.attempts.findLock(tenant.id, keys);
    throw lock ? refusalError(lock) : new PasswordRequired();
  }
  const { isRight, locked } = await withAttempt(
    deps.attempts,
    { tenantId: tenant.id, keys, excess: null },
    {
      compare: () => checkPassword(deps.hasher, tenant.id, passwordHash, password),
      conclude: (attempt, isEqual) =>
        deps.unitOfWork.run(tenant.id, async (repos) => {
          if (!isEqual)
            return { isRight: false, locked: await noteWrongPassword(repos, attempt, { id, context }) };
          const own = attempt.keys.map(({ hash }) => hash);
          await repos.attempts.succeed(attempt, own);
          return { isRight: true, locked: [] };
        }),
    },
  );
  deps.onLocked(locked);
  if (!isRight) throw new InvalidCredentials();
  return true;
}

async function noteWrongPassword(
  { attempts, audit }: Readonly<{ attempts: AttemptRepository; audit: AuditLog }>,
  attempt: Attempt,
  { id, context }: Readonly<{ id: string; context: RequestContext }>,
): Promise<readonly AttemptKey[]> {
  const locked = await attempts.fail(attempt);
  const event = {
    outcome: 'failure',
    actor: ANONYMOUS,
    target: { type: 'registration', id },
    context,
  } as const;
  await audit.record({ ...event, type: 'registration.confirmation_failed' });
  if (locked.length === 0) return locked;
  const data = { by: locked.map(({ name }) => name), seconds: locked[0]?.windowSeconds };
  await audit.record({ ...event, type: 'account.locked', data });
  return locked;
}

/** The lock on the registration of a link, where that is contested and there is one. */
export async function findLock(
  deps: VerifyEmailDeps,
  { tenant, link }: Readonly<{ tenant: Tenant; link: OneTimeText }>,
): Promise<ProtectionError | null> {
  const contested = await deps.unitOfWork.run(tenant.id, (repos) => findContested(repos, link));
  const lock = contested && (await deps.attempts.findLock(tenant.id, [keyOf(deps, tenant, contested.id)]));
  return lock && refusalError(lock);
}

async function findContested(
  { oneTimeTokens, registrations }: RegistrationRepositories,
  link: OneTimeText,
): Promise<OpenRegistration | null> {
  const token = await oneTimeTokens.find(link.kind, link.hash);
  if (token?.kind !== 'verify_registration' || token.state !== 'live') return null;
  const registration = await registrations.findOpen(token.subjectId);
  const open = registration ? await registrations.listOpen(registration.email) : [];
  return open.length > 1 ? registration : null;
}

function keyOf(deps: VerifyEmailDeps, tenant: Tenant, registrationId: string): AttemptKey {
  const { maxAttempts: max, durationSeconds: windowSeconds } = effectiveSettings(
    tenant,
    deps.tenantDefaults,
  ).lockout;
  return attemptKeysOf(deps.crypto, tenant.id).registration(registrationId, { max, windowSeconds });
}
