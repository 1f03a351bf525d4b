import { userActor } from '../audit/index.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { ValidationFailed } from '../kernel/errors.ts';
import type { UserId } from '../kernel/ids.ts';
import type { OneTimeText } from '../kernel/one-time-text.ts';
import type { UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { consumeOrThrow, LinkInvalid, LinkUsed, refuseUnlessLive } from '../one-time-tokens/index.ts';
import { type CommonPasswords, hashNewPassword, type PasswordHasher } from '../passwords/index.ts';
import { contextWordsOf, type MakeAccountRepositories, makeVerifiedAccount } from '../registration/index.ts';
import {
  type CompleteSignInDeps,
  completeSignIn,
  type PresentedDevice,
  type SignInCompleted,
  type SignInRepositories,
} from '../sign-in/index.ts';
import { effectiveSettings, type Tenant, type TenantRepository } from '../tenants/index.ts';
import { EmailAlreadyRegistered } from '../users/index.ts';
import type { Invitation } from './model.ts';
import type { InvitationRepository } from './ports.ts';

export type AcceptRepositories = SignInRepositories &
  MakeAccountRepositories &
  Readonly<{ tenants: TenantRepository; invitations: InvitationRepository }>;

export type AcceptInvitationDeps = CompleteSignInDeps &
  Readonly<{
    unitOfWork: UnitOfWork<AcceptRepositories>;
    hasher: PasswordHasher;
    commonPasswords: CommonPasswords;
  }>;

export type Acceptance = Readonly<{
  tenant: Tenant;
  link: OneTimeText;
  password: string | null;
  /** Wanted with the first owner's link, which names none; not looked at with any other. */
  email: EmailAddress | null;
  name: string | null;
  deviceName: string | null;
  device: PresentedDevice;
  context: RequestContext;
}>;

/**
 * Makes the account that an invitation offers and signs it in, in one
 * transaction. The address counts as verified: it was mailed to, or the
 * operator vouches for it.
 *
 * @throws {LinkInvalid} @throws {LinkUsed} @throws {LinkExpired}
 * @throws {ValidationFailed} a password, or the first owner's address, is missing
 * @throws {PasswordError} the password does not meet the tenant's policy; nothing was spent
 * @throws {EmailAlreadyRegistered} nothing was spent
 * @throws {Unavailable} too many hashes at once; nothing was spent
 */
export type AcceptInvitation = (acceptance: Acceptance) => Promise<SignInCompleted>;

type Account = Readonly<{
  email: EmailAddress;
  passwordHash: string;
  name: string | null;
  roles: readonly string[];
}>;

export function createAcceptInvitation(deps: AcceptInvitationDeps): AcceptInvitation {
  return async (acceptance) => {
    const { tenant, link, name } = acceptance;
    if (link.kind !== 'invitation' && link.kind !== 'first_owner') throw new LinkInvalid();
    const invitation = await deps.unitOfWork.run(tenant.id, (repos) => prepare(repos, link));
    const email = invitation.email ?? acceptance.email;
    const { password } = acceptance;
    if (password === null || email === null) throw missing({ password, email });
    const { passwordPolicy: policy } = effectiveSettings(tenant, deps.tenantDefaults);
    const contextWords = contextWordsOf({ tenant, email, name, username: null });
    const passwordHash = await hashNewPassword(deps, { tenantId: tenant.id, password, policy, contextWords });
    const account = { email, passwordHash, name, roles: invitation.roles };
    return deps.unitOfWork.run(tenant.id, (repos) => accept(deps, repos, acceptance, account));
  };
}

/** Looks before anything is spent or hashed. */
async function prepare(repos: AcceptRepositories, link: OneTimeText): Promise<Invitation> {
  const token = refuseUnlessLive(await repos.oneTimeTokens.find(link.kind, link.hash));
  if (link.kind === 'first_owner' && (await repos.users.hasUserWithRole('owner'))) throw new LinkUsed();
  const invitation = await repos.invitations.findById(token.subjectId);
  if (!invitation) throw new LinkInvalid();
  return invitation;
}

function missing(given: Readonly<Record<'password' | 'email', string | null>>): ValidationFailed {
  const fields = Object.entries(given).filter(([, value]) => value === null);
  return new ValidationFailed(
    fields.map(([field]) => ({ pointer: `/${field}`, code: 'required', detail: 'This invitation wants it' })),
  );
}

/** Whatever is thrown in here rolls all of it back, so a refused acceptance spends nothing. */
async function accept(
  deps: AcceptInvitationDeps,
  repos: AcceptRepositories,
  { tenant, link, deviceName, device, context }: Acceptance,
  account: Account,
): Promise<SignInCompleted> {
  if (account.roles.includes('owner')) await repos.tenants.lockOwnership();
  if (link.kind === 'first_owner' && (await repos.users.hasUserWithRole('owner'))) throw new LinkUsed();
  await repos.users.lockAddress(account.email);
  const { subjectId } = await consumeOrThrow(repos.oneTimeTokens, link);
  const userId = deps.crypto.newId() as UserId;
  const made = await makeVerifiedAccount(repos, { ...account, id: userId, username: null, locale: null });
  if (made.kind === 'email_taken') throw new EmailAlreadyRegistered();
  await repos.invitations.markAccepted(subjectId);
  const actor = userActor(userId);
  const target = { type: 'user', id: userId };
  await repos.audit.record({ type: 'user.registered', outcome: 'success', actor, target, context });
  await repos.audit.record({
    type: 'invitation.accepted',
    outcome: 'success',
    actor,
    target: { type: 'invitation', id: subjectId },
    context,
    data: { roles: account.roles },
  });
  const identity = {
    tenant,
    userId,
    credentialVersion: 1,
    amr: ['pwd'] as const,
    deviceName,
    device,
    failuresBefore: 0,
    context,
  };
  const outcome = await completeSignIn(deps, repos, identity);
  if (outcome.kind === 'refused') throw new LinkUsed();
  return outcome.signedIn;
}
