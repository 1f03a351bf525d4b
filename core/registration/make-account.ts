import type { EmailAddress } from '../kernel/email-address.ts';
import type { OneTimeTokenRepository } from '../one-time-tokens/index.ts';
import type { NewUser, UserInsertion, UserRepository } from '../users/index.ts';
import type { OpenRegistrationRepository } from './ports.ts';

export type MakeAccountRepositories = Readonly<{
  users: UserRepository;
  registrations: OpenRegistrationRepository;
  oneTimeTokens: OneTimeTokenRepository;
}>;

/**
 * Makes an account whose address is proved, and closes every open registration
 * of that address with its links, in the caller's transaction.
 *
 * The caller holds the lock on the address. A username that was taken since
 * it was asked for is left out.
 */
export async function makeVerifiedAccount(
  repos: MakeAccountRepositories,
  user: Omit<NewUser, 'emailVerified'>,
): Promise<Exclude<UserInsertion, { kind: 'username_taken' }>> {
  const wanted = { ...user, emailVerified: true };
  const first = await repos.users.insert(wanted);
  const made =
    first.kind === 'username_taken' ? await repos.users.insert({ ...wanted, username: null }) : first;
  if (made.kind === 'username_taken') return { kind: 'email_taken' };
  if (made.kind === 'inserted') await closeRegistrationsOf(repos, user.email);
  return made;
}

/** Closes every open registration of an address and kills their links. */
export async function closeRegistrationsOf(
  repos: Pick<MakeAccountRepositories, 'registrations' | 'oneTimeTokens'>,
  email: EmailAddress,
): Promise<void> {
  await repos.registrations.closeAllOf(email);
  await repos.oneTimeTokens.killAll('verify_registration', { email });
}
