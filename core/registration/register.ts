import { ANONYMOUS, type AuditLog } from '../audit/index.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { UserId } from '../kernel/ids.ts';
import type { Locale } from '../kernel/locale.ts';
import type { CryptoPrimitives, UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { Outbox } from '../notifications/index.ts';
import type { OneTimeTokenRepository } from '../one-time-tokens/index.ts';
import { type CommonPasswords, hashNewPassword, type PasswordHasher } from '../passwords/index.ts';
import {
  type EffectiveSettings,
  effectiveSettings,
  type Tenant,
  type TenantDefaults,
} from '../tenants/index.ts';
import {
  EmailAlreadyRegistered,
  type User,
  type UserInsertion,
  type Username,
  UsernameTaken,
  type UserRepository,
} from '../users/index.ts';
import { contextWordsOf } from './context-words.ts';
import { SignupClosed } from './errors.ts';
import { closeRegistrationsOf } from './make-account.ts';
import type { OpenRegistrationRepository } from './ports.ts';
import { mailVerification, makeVerificationLink, verificationMail } from './verification-mail.ts';

export type RegistrationRepositories = Readonly<{
  users: UserRepository;
  registrations: OpenRegistrationRepository;
  oneTimeTokens: OneTimeTokenRepository;
  outbox: Outbox;
  audit: AuditLog;
}>;

export type RegistrationDeps = Readonly<{
  unitOfWork: UnitOfWork<RegistrationRepositories>;
  crypto: CryptoPrimitives;
  hasher: PasswordHasher;
  commonPasswords: CommonPasswords;
  tenantDefaults: TenantDefaults;
  verificationLifetimeSeconds: number;
}>;

export type RegistrationRequest = Readonly<{
  tenant: Tenant;
  email: EmailAddress;
  password: string;
  name: string | null;
  username: Username | null;
  locale: Locale | null;
  context: RequestContext;
}>;

/** `user` is `null` where the address must be verified first: then no account was made, for any address alike. */
export type Registered = Readonly<{ user: User | null }>;

/**
 * Signs somebody up.
 *
 * Without required verification an account is made at once. With it, nothing
 * but an open registration and a mail: what is answered and how long it takes
 * is the same whether or not the address has an account.
 *
 * @throws {SignupClosed}
 * @throws {PasswordError} the password does not meet the tenant's policy
 * @throws {UsernameTaken} told before anything about the address
 * @throws {EmailAlreadyRegistered} only while verification is not required
 * @throws {Unavailable} too many hashes at once
 */
export type Register = (request: RegistrationRequest) => Promise<Registered>;

type Candidate = RegistrationRequest & Readonly<{ passwordHash: string }>;

export function createRegister(deps: RegistrationDeps): Register {
  return async (request) => {
    const settings = effectiveSettings(request.tenant, deps.tenantDefaults);
    if (settings.signup !== 'open') throw new SignupClosed();
    const { password } = request;
    const contextWords = contextWordsOf(request);
    const passwordHash = await hashNewPassword(deps, {
      tenantId: request.tenant.id,
      password,
      policy: settings.passwordPolicy,
      contextWords,
    });
    return register(deps, { ...request, passwordHash }, settings);
  };
}

async function register(
  deps: RegistrationDeps,
  candidate: Candidate,
  settings: EffectiveSettings,
): Promise<Registered> {
  return deps.unitOfWork.run(candidate.tenant.id, async (repos) => {
    const { username } = candidate;
    if (username && (await repos.users.isUsernameTaken(username))) throw new UsernameTaken();
    if (!settings.emailVerificationRequired) return { user: await makeUser(deps, repos, candidate) };
    await openRegistration(deps, repos, candidate);
    return { user: null };
  });
}

async function makeUser(
  deps: RegistrationDeps,
  repos: RegistrationRepositories,
  candidate: Candidate,
): Promise<User> {
  const { email, username, name, locale, passwordHash, context, tenant } = candidate;
  const id = deps.crypto.newId() as UserId;
  const roles = ['member'];
  await repos.users.lockAddress(email);
  const user = insertedOrThrow(
    await repos.users.insert({
      id,
      email,
      emailVerified: false,
      username,
      name,
      locale,
      passwordHash,
      roles,
    }),
  );
  await closeRegistrationsOf(repos, email);
  const lifetimeSeconds = deps.verificationLifetimeSeconds;
  await mailVerification(deps, repos, {
    tenant,
    kind: 'verify_account',
    subjectId: id,
    email,
    lifetimeSeconds,
  });
  const target = { type: 'user', id };
  await repos.audit.record({
    type: 'user.registered',
    outcome: 'success',
    actor: ANONYMOUS,
    target,
    context,
  });
  return user;
}

function insertedOrThrow(insertion: UserInsertion): User {
  if (insertion.kind === 'username_taken') throw new UsernameTaken();
  if (insertion.kind === 'email_taken') throw new EmailAlreadyRegistered();
  return insertion.user;
}

/**
 * Opens a registration and mails its link; for an address that has an account,
 * tells its owner instead. Both write the same rows, so that neither takes
 * longer: those for a known address are dead from the start.
 */
async function openRegistration(
  { crypto, verificationLifetimeSeconds }: RegistrationDeps,
  repos: RegistrationRepositories,
  { email, passwordHash, name, username, locale, tenant, context }: Candidate,
): Promise<void> {
  const isKnown = (await repos.users.findByEmail(email)) !== null;
  const lifetimeSeconds = isKnown ? 0 : verificationLifetimeSeconds;
  const id = crypto.newId();
  await repos.registrations.insert({ id, email, passwordHash, name, username, locale }, lifetimeSeconds);
  const link = { tenant, kind: 'verify_registration', subjectId: id, email, lifetimeSeconds } as const;
  const token = await makeVerificationLink(crypto, repos.oneTimeTokens, link);
  await repos.outbox.add(
    isKnown
      ? {
          template: 'already_registered',
          to: email,
          facts: {},
          token: null,
          lifetimeSeconds: verificationLifetimeSeconds,
        }
      : verificationMail(email, token, lifetimeSeconds),
  );
  await repos.audit.record({
    type: isKnown ? 'registration.repeated' : 'registration.opened',
    outcome: isKnown ? 'failure' : 'success',
    actor: ANONYMOUS,
    target: { type: 'registration', id },
    context,
    addresses: { email },
  });
}
