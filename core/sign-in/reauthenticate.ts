import { type AuditLog, userActor } from '../audit/index.ts';
import type { UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { checkPassword, type PasswordHasher } from '../passwords/index.ts';
import {
  type Attempt,
  type AttemptKey,
  type AttemptRepository,
  type AttemptStore,
  type RateLimited,
  withAttempt,
} from '../protection/index.ts';
import {
  type FreshProof,
  type IssuedAccess,
  type IssueTokensDeps,
  issueAccessToken,
  type Session,
  type SessionRepository,
  SessionRevoked,
} from '../sessions/index.ts';
import type { Tenant } from '../tenants/index.ts';
import type { User, UserRepository } from '../users/index.ts';
import { CodeInvalid, InvalidCredentials } from './errors.ts';
import { keysToForget } from './guess-keys.ts';
import type { CredentialLookup, StoredCredential } from './ports.ts';
import { reauthenticationKeys } from './reauthentication-keys.ts';
import { findOwn } from './reauthentication-methods.ts';

/** What is offered as a proof. Of all but the password no account of this release has anything. */
export type FreshSignIn =
  | Readonly<{ method: 'password'; password: string }>
  | Readonly<{ method: 'code' | 'webauthn' | 'email' }>;

export type ReauthenticationRequest = Readonly<{
  tenant: Tenant;
  user: User;
  session: Session;
  proof: FreshSignIn;
  /** The device secrets that the browser brought along. */
  deviceSecrets: readonly Uint8Array[];
  /** What the network address counts as: an IPv4 address, or the /64 of an IPv6 one. */
  addressGroup: string;
  /** What the rate limit says, where it refuses: spoken unless a lock comes first. */
  excess: RateLimited | null;
  context: RequestContext;
}>;

export type ReauthenticateRepositories = Readonly<{
  users: UserRepository;
  sessions: SessionRepository;
  audit: AuditLog;
  attempts: AttemptRepository;
}>;

export type ReauthenticateDeps = IssueTokensDeps &
  Readonly<{
    unitOfWork: UnitOfWork<ReauthenticateRepositories>;
    credentials: CredentialLookup;
    attempts: AttemptStore;
    hasher: PasswordHasher;
    /** Wrong passwords from one network address in one tenant, as long as a lock lasts, that refuse more. */
    maxLoginAttemptsPerAddress: number;
    /** Told of what a failure has locked, once that is certain. */
    onLocked(keys: readonly AttemptKey[]): void;
  }>;

/**
 * Makes the sign-in of a live session fresh, and answers with an access token
 * that says so. The session keeps its refresh token and its limits.
 *
 * A guess is counted as one at sign-in is, against the same counts, so whoever
 * holds a stolen session has no further guesses at the password.
 *
 * @throws {AccountLocked} too many wrong proofs for the account, or on this device
 * @throws {RateLimited}
 * @throws {InvalidCredentials} the password is wrong, or the account has none
 * @throws {CodeInvalid} any other proof that is wrong, or that the account has nothing of
 * @throws {SessionRevoked} the session ended meanwhile; nothing was counted
 * @throws {Unavailable} too many hashes at once: says nothing about the password
 */
export type Reauthenticate = (request: ReauthenticationRequest) => Promise<IssuedAccess>;

type FailureReason = 'wrong_password' | 'credential_changed' | 'no_such_method';

type Outcome =
  | Readonly<{ kind: 'complete'; access: IssuedAccess }>
  | Readonly<{ kind: 'session_ended' }>
  | Readonly<{ kind: 'refused'; locked: readonly AttemptKey[] }>;

export function createReauthenticate(deps: ReauthenticateDeps): Reauthenticate {
  return async (request) => {
    const { tenant, proof, excess } = request;
    const deviceHashes = request.deviceSecrets.map((secret) => deps.crypto.sha256(secret));
    const stored = await findOwn(deps.credentials, request, deviceHashes);
    const keys = reauthenticationKeys(deps, request, stored?.knownDeviceId ?? null);
    const outcome = await withAttempt(
      deps.attempts,
      { tenantId: tenant.id, keys, excess },
      {
        compare: () => compare(deps, request, stored),
        conclude: (attempt, proved) => conclude(deps, request, { attempt, stored, proved }),
      },
    );
    if (outcome.kind === 'complete') return outcome.access;
    if (outcome.kind === 'session_ended') throw new SessionRevoked();
    deps.onLocked(outcome.locked);
    throw proof.method === 'password' ? new InvalidCredentials() : new CodeInvalid();
  };
}

/** @returns what was proved, or `null` */
async function compare(
  { hasher }: ReauthenticateDeps,
  { tenant, proof }: ReauthenticationRequest,
  stored: StoredCredential | null,
): Promise<FreshProof | null> {
  if (proof.method !== 'password') return null;
  const isRight = await checkPassword(hasher, tenant.id, stored?.passwordHash ?? null, proof.password);
  return isRight ? { amr: ['pwd'], aal: 1 } : null;
}

type Compared = Readonly<{ attempt: Attempt; stored: StoredCredential | null; proved: FreshProof | null }>;

async function conclude(
  deps: ReauthenticateDeps,
  request: ReauthenticationRequest,
  { attempt, stored, proved }: Compared,
): Promise<Outcome> {
  const { tenant } = request;
  const forget = proved && stored ? keysToForget(deps.crypto, tenant.id, attempt, stored) : [];
  return deps.unitOfWork.run(tenant.id, async (repos) => {
    const { counted } = await repos.attempts.hold(attempt, forget);
    const outcome =
      proved && stored ? await freshen(deps, repos, request, { stored, proved }) : reasonOf(request, stored);
    if (typeof outcome === 'string') return refuse(repos, request, attempt, outcome);
    await repos.attempts.succeed(attempt, counted);
    return outcome;
  });
}

function reasonOf({ proof }: ReauthenticationRequest, stored: StoredCredential | null): FailureReason {
  return proof.method === 'password' && stored?.passwordHash ? 'wrong_password' : 'no_such_method';
}

/**
 * Under the lock on the user, so that whatever ends their sessions or changes
 * their credential at this moment comes wholly before or wholly after.
 */
async function freshen(
  deps: ReauthenticateDeps,
  { users, sessions, audit }: ReauthenticateRepositories,
  { tenant, user: { id: userId }, session: { id: sessionId }, context }: ReauthenticationRequest,
  { stored, proved }: Readonly<{ stored: StoredCredential; proved: FreshProof }>,
): Promise<Outcome | FailureReason> {
  const account = await users.lock(userId);
  if (account?.user.status !== 'active') return { kind: 'session_ended' };
  // The password was compared before the lock; meanwhile it may have been changed.
  if (account.credentialVersion !== stored.credentialVersion) return 'credential_changed';
  const session = await sessions.freshen(userId, sessionId, proved);
  if (!session) return { kind: 'session_ended' };
  await audit.record({
    type: 'session.reauthenticated',
    outcome: 'success',
    actor: userActor(userId),
    target: { type: 'session', id: sessionId },
    context,
    data: { amr: proved.amr, aal: session.aal },
  });
  return { kind: 'complete', access: issueAccessToken(deps, { tenant, user: account.user, session }) };
}

/** Counts a failure, and tells of it and of what it locked. */
async function refuse(
  { audit, attempts }: ReauthenticateRepositories,
  { user, session, proof: { method }, context }: ReauthenticationRequest,
  attempt: Attempt,
  reason: FailureReason,
): Promise<Outcome> {
  const locked = await attempts.fail(attempt);
  const event = { outcome: 'failure', actor: userActor(user.id), context } as const;
  const target = { type: 'session', id: session.id };
  await audit.record({ ...event, target, type: 'session.reauthentication_failed', data: { method, reason } });
  const accounts = locked.filter(({ name }) => name !== 'address');
  const locking = { ...event, target: { type: 'user', id: user.id } };
  if (accounts.length > 0) {
    const data = { by: accounts.map(({ name }) => name), seconds: accounts[0]?.windowSeconds };
    await audit.record({ ...locking, type: 'account.locked', data });
  }
  if (locked.length > accounts.length) await audit.record({ ...locking, type: 'address.blocked' });
  return { kind: 'refused', locked };
}
