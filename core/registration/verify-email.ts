import { userActor } from '../audit/index.ts';
import type { UserId } from '../kernel/ids.ts';
import type { OneTimeText } from '../kernel/one-time-text.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { consumeOrThrow, LinkInvalid, LinkUsed, refuseUnlessLive } from '../one-time-tokens/index.ts';
import { checkPassword } from '../passwords/index.ts';
import type { RateLimited } from '../protection/index.ts';
import type { Tenant } from '../tenants/index.ts';
import { PasswordRequired } from './errors.ts';
import { makeVerifiedAccount } from './make-account.ts';
import type { OpenRegistration } from './model.ts';
import { findLock, provePassword, type VerifyEmailDeps } from './prove-password.ts';
import type { RegistrationDeps, RegistrationRepositories } from './register.ts';

export type VerifyEmailRequest = Readonly<{
  /** Of `link`. */
  tenant: Tenant;
  link: OneTimeText;
  /** The one chosen with this very registration; wanted only while several are open. */
  password: string | null;
  /** What the rate limit says, where it refuses: spoken unless a lock comes first. */
  excess: RateLimited | null;
  context: RequestContext;
}>;

/**
 * Confirms an address by the link that was mailed to it. Signs nobody in.
 *
 * The link of an open registration makes its account; that of an account
 * marks its address verified and changes nothing else.
 *
 * @throws {LinkInvalid} @throws {LinkUsed} @throws {LinkExpired}
 * @throws {PasswordRequired} several registrations of the address are open; nothing was spent
 * @throws {InvalidCredentials} the password is not this registration's; nothing was spent, and it was counted
 * @throws {AccountLocked} too many wrong passwords for this registration
 * @throws {RateLimited}
 */
export type VerifyEmail = (request: VerifyEmailRequest) => Promise<void>;

type Prepared =
  | Readonly<{ kind: 'account' }>
  | Readonly<{ kind: 'registration'; registration: OpenRegistration; isContested: boolean }>;

export function createVerifyEmail(deps: VerifyEmailDeps): VerifyEmail {
  return async (request) => {
    const { link, password, excess, context } = request;
    if (link.kind !== 'verify_account' && link.kind !== 'verify_registration') throw new LinkInvalid();
    if (excess) throw (await findLock(deps, request)) ?? excess;
    const prepared = await deps.unitOfWork.run(link.tenantId, (repos) => prepare(repos, link));
    if (prepared.kind === 'account') return confirmAccount(deps, link, context);

    const { registration, isContested } = prepared;
    const isProved = isContested
      ? await provePassword(deps, request, registration)
      : password !== null &&
        (await checkPassword(deps.hasher, link.tenantId, registration.passwordHash, password));
    await confirmRegistration(deps, { link, registration, isProved, context });
  };
}

/** Looks before anything is spent: refuses dead links and tells whether a password is wanted. */
async function prepare(repos: RegistrationRepositories, link: OneTimeText): Promise<Prepared> {
  const token = refuseUnlessLive(await repos.oneTimeTokens.find(link.kind, link.hash));
  if (token.kind === 'verify_account') return { kind: 'account' };
  const registration = await repos.registrations.findOpen(token.subjectId);
  if (!registration) throw new LinkUsed();
  const open = await repos.registrations.listOpen(registration.email);
  return { kind: 'registration', registration, isContested: open.length > 1 };
}

async function confirmAccount(
  deps: RegistrationDeps,
  link: OneTimeText,
  context: RequestContext,
): Promise<void> {
  await deps.unitOfWork.run(link.tenantId, async (repos) => {
    // Before the link: of two links of one account the later would hold itself and wait for the user.
    const { subjectId } = refuseUnlessLive(await repos.oneTimeTokens.find(link.kind, link.hash));
    const userId = subjectId as UserId;
    await repos.users.lock(userId);
    await consumeOrThrow(repos.oneTimeTokens, link);
    const isNews = await repos.users.markEmailVerified(userId);
    if (!isNews) throw new LinkUsed();
    await repos.oneTimeTokens.killAll('verify_account', { subjectId: userId });
    await recordVerified(repos, userId, context);
  });
}

type Confirmation = Readonly<{
  link: OneTimeText;
  registration: OpenRegistration;
  /** Whether the registration's own password was shown. */
  isProved: boolean;
  context: RequestContext;
}>;

async function confirmRegistration(deps: RegistrationDeps, confirmation: Confirmation): Promise<void> {
  const { link, registration, isProved, context } = confirmation;
  const { email, passwordHash, name, username, locale } = registration;
  await deps.unitOfWork.run(link.tenantId, async (repos) => {
    await repos.users.lockAddress(email);
    await consumeOrThrow(repos.oneTimeTokens, link);
    // Since we looked this one may have been closed, or another opened: then the link alone is not enough any more.
    const open = await repos.registrations.listOpen(email);
    if (!open.some(({ id }) => id === registration.id)) throw new LinkUsed();
    if (open.length > 1 && !isProved) throw new PasswordRequired();
    const id = deps.crypto.newId() as UserId;
    const account = { id, email, passwordHash, name, username, locale, roles: ['member'] };
    const made = await makeVerifiedAccount(repos, account);
    if (made.kind === 'email_taken') throw new LinkUsed();
    const target = { type: 'user', id };
    await repos.audit.record({
      type: 'user.registered',
      outcome: 'success',
      actor: userActor(id),
      target,
      context,
    });
    await recordVerified(repos, id, context);
  });
}

function recordVerified(
  repos: RegistrationRepositories,
  userId: UserId,
  context: RequestContext,
): Promise<void> {
  const target = { type: 'user', id: userId };
  return repos.audit.record({
    type: 'email.verified',
    outcome: 'success',
    actor: userActor(userId),
    target,
    context,
  });
}
