import { ANONYMOUS, type AuditLog } from '../audit/index.ts';
import type { UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { checkPassword, normalizePassword, type PasswordHasher } from '../passwords/index.ts';
import type { SignedIn } from '../sessions/index.ts';
import type { Tenant } from '../tenants/index.ts';
import { type Identifier, identifierText } from '../users/index.ts';
import { type CompleteSignInDeps, completeSignIn, type SignInRepositories } from './complete-sign-in.ts';
import { EmailNotVerified, InvalidCredentials } from './errors.ts';
import type { CredentialLookup, StoredCredential } from './ports.ts';
import type { SignInRefusal } from './steps.ts';

export type LoginRequest = Readonly<{
  tenant: Tenant;
  identifier: Identifier;
  password: string;
  deviceName: string | null;
  context: RequestContext;
}>;

export type LoginDeps = CompleteSignInDeps &
  Readonly<{
    unitOfWork: UnitOfWork<SignInRepositories>;
    credentials: CredentialLookup;
    hasher: PasswordHasher;
    /** Takes work that may be lost and that nobody waits for. */
    inBackground(task: () => Promise<void>): void;
  }>;

/**
 * Signs a user in by password.
 *
 * Whatever is wrong, the answer and its time are the same: a comparison is
 * made on every path. A hash made under older parameters is renewed in the
 * background after a right password.
 *
 * @throws {InvalidCredentials}
 * @throws {EmailNotVerified} the password was right, and the tenant wants the address verified first
 * @throws {Unavailable} too many hashes at once: says nothing about the password
 */
export type Login = (request: LoginRequest) => Promise<SignedIn>;

export function createLogin(deps: LoginDeps): Login {
  return async (request) => {
    const { tenant, identifier, password } = request;
    const stored = await deps.credentials.find(tenant.id, identifier);
    const isRight = await checkPassword(deps.hasher, stored?.passwordHash ?? null, password);
    const outcome = await deps.unitOfWork.run(tenant.id, async (repos) => {
      const identity = stored && isRight && { ...request, ...stored, amr: ['pwd'] as const };
      const result = identity
        ? await completeSignIn(deps, repos, identity)
        : ({ kind: 'refused', refusal: 'wrong_password' } as const);
      if (result.kind === 'refused') await noteFailure(repos.audit, request, stored, result.refusal);
      return result;
    });
    if (outcome.kind === 'complete') {
      renewHash(deps, request, stored);
      return outcome.signedIn;
    }
    throw outcome.refusal === 'email_not_verified' ? new EmailNotVerified() : new InvalidCredentials();
  };
}

function noteFailure(
  audit: AuditLog,
  { identifier, context }: LoginRequest,
  stored: StoredCredential | null,
  reason: SignInRefusal | 'wrong_password',
): Promise<void> {
  return audit.record({
    type: 'login.failed',
    outcome: 'failure',
    actor: ANONYMOUS,
    target: { type: 'user', id: stored?.userId ?? null },
    context,
    data: { method: 'pwd', reason: stored ? reason : 'unknown_user' },
    addresses: { identifier: identifierText(identifier) },
  });
}

function renewHash(
  deps: LoginDeps,
  { tenant, password }: LoginRequest,
  stored: StoredCredential | null,
): void {
  const from = stored?.passwordHash;
  if (!from || !deps.hasher.needsRehash(from)) return;
  const { userId } = stored;
  deps.inBackground(async () => {
    const to = await deps.hasher.hash(normalizePassword(password));
    await deps.unitOfWork.run(tenant.id, ({ users }) => users.replacePasswordHash(userId, from, to));
  });
}
