import type { UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { checkPassword, normalizePassword, type PasswordHasher } from '../passwords/index.ts';
import {
  type AddressTargetRepository,
  type Attempt,
  type AttemptKey,
  type AttemptRepository,
  type AttemptStore,
  type HeldAttempt,
  type RateLimited,
  withAttempt,
} from '../protection/index.ts';
import type { Tenant } from '../tenants/index.ts';
import type { Identifier } from '../users/index.ts';
import {
  type CompleteSignInDeps,
  completeSignIn,
  type PresentedDevice,
  type SignInCompleted,
  type SignInRepositories,
} from './complete-sign-in.ts';
import { EmailNotVerified, InvalidCredentials } from './errors.ts';
import { guessKeys, keysToForget } from './guess-keys.ts';
import { type FailureReason, noteFailure } from './note-failure.ts';
import type { CredentialLookup, StoredCredential } from './ports.ts';

export type LoginRequest = Readonly<{
  tenant: Tenant;
  identifier: Identifier;
  password: string;
  deviceName: string | null;
  device: PresentedDevice;
  /** What the network address counts as: an IPv4 address, or the /64 of an IPv6 one. */
  addressGroup: string;
  /** What the rate limit says, where it refuses: spoken unless a lock comes first. */
  excess: RateLimited | null;
  context: RequestContext;
}>;

export type LoginRepositories = SignInRepositories &
  Readonly<{ attempts: AttemptRepository; addressTargets: AddressTargetRepository }>;

export type LoginDeps = CompleteSignInDeps &
  Readonly<{
    unitOfWork: UnitOfWork<LoginRepositories>;
    credentials: CredentialLookup;
    attempts: AttemptStore;
    hasher: PasswordHasher;
    /** Wrong passwords from one network address in one tenant, as long as a lock lasts, that refuse more. */
    maxLoginAttemptsPerAddress: number;
    /** Told of what a failure has locked, once that is certain. */
    onLocked(keys: readonly AttemptKey[]): void;
    /** Takes work that may be lost and that nobody waits for. */
    inBackground(task: () => Promise<void>): void;
  }>;

/**
 * Signs a user in by password.
 *
 * Whatever is wrong, the answer and its time are the same, and so is what
 * counts: a comparison is made on every path, and a name that nobody has locks
 * like any other. A hash made under older parameters is renewed in the
 * background after a right password.
 *
 * @throws {AccountLocked} too many wrong passwords for what was typed, or on this device
 * @throws {RateLimited}
 * @throws {InvalidCredentials}
 * @throws {EmailNotVerified} the password was right, and the tenant wants the address verified first
 * @throws {Unavailable} too many hashes at once: says nothing about the password
 */
export type Login = (request: LoginRequest) => Promise<SignInCompleted>;

type Outcome =
  | Readonly<{ kind: 'complete'; signedIn: SignInCompleted }>
  | Readonly<{ kind: 'refused'; reason: FailureReason; locked: readonly AttemptKey[] }>;

export function createLogin(deps: LoginDeps): Login {
  return async (request) => {
    const { tenant, identifier, device, excess } = request;
    const deviceHashes = device.secrets.map((secret) => deps.crypto.sha256(secret));
    const stored = await deps.credentials.find(tenant.id, identifier, deviceHashes);
    const keys = guessKeys(deps, request, stored);
    const guess = { tenantId: tenant.id, keys, excess };
    const outcome = await withAttempt(deps.attempts, guess, {
      compare: (attempt) => compare(deps, request, stored, attempt),
      conclude: (attempt, isRight) => conclude(deps, request, { stored, attempt, isRight }),
    });
    if (outcome.kind === 'complete') {
      renewHash(deps, request, stored);
      return outcome.signedIn;
    }
    deps.onLocked(outcome.locked);
    throw outcome.reason === 'email_not_verified' ? new EmailNotVerified() : new InvalidCredentials();
  };
}

async function compare(
  deps: LoginDeps,
  { tenant, password }: LoginRequest,
  stored: StoredCredential | null,
  attempt: Attempt,
): Promise<boolean> {
  // Under a lock that must not be told no password is right, and none is compared for less time.
  const passwordHash = attempt.isHiddenLocked ? null : (stored?.passwordHash ?? null);
  return checkPassword(deps.hasher, tenant.id, passwordHash, password);
}

type Compared = Readonly<{ stored: StoredCredential | null; attempt: Attempt; isRight: boolean }>;

async function conclude(deps: LoginDeps, request: LoginRequest, compared: Compared): Promise<Outcome> {
  const { stored, attempt, isRight } = compared;
  const { tenant } = request;
  const proved = isRight ? stored : null;
  const forget = proved ? keysToForget(deps.crypto, tenant.id, attempt, proved) : [];
  return deps.unitOfWork.run(tenant.id, async (repos) => {
    const held = await repos.attempts.hold(attempt, forget);
    // Other guesses may have locked the user while this one was compared.
    const outcome =
      proved && !held.isHiddenLocked
        ? await enter(deps, repos, request, { ...proved, failuresBefore: held.failures })
        : wrong(compared, held);
    if (isOfRightPassword(outcome)) await repos.attempts.succeed(attempt, held.counted);
    if (outcome.kind === 'complete') return outcome;
    const locked = await noteFailure(repos, { request, stored, attempt, reason: outcome.reason });
    return { ...outcome, locked };
  });
}

function wrong({ stored }: Compared, { isHiddenLocked }: HeldAttempt): Outcome {
  if (!stored) return refused('unknown_user');
  return refused(isHiddenLocked ? 'user_locked' : 'wrong_password');
}

function isOfRightPassword(outcome: Outcome): boolean {
  return outcome.kind === 'complete' || outcome.reason === 'email_not_verified';
}

async function enter(
  deps: LoginDeps,
  repos: LoginRepositories,
  request: LoginRequest,
  proved: StoredCredential & Readonly<{ failuresBefore: number }>,
): Promise<Outcome> {
  const result = await completeSignIn(deps, repos, { ...request, ...proved, amr: ['pwd'] });
  return result.kind === 'refused' ? refused(result.refusal) : result;
}

function refused(reason: FailureReason): Extract<Outcome, { kind: 'refused' }> {
  return { kind: 'refused', reason, locked: [] };
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
    const to = await deps.hasher.hash(normalizePassword(password), tenant.id);
    await deps.unitOfWork.run(tenant.id, ({ users }) => users.replacePasswordHash(userId, from, to));
  });
}
