import type { EmailAddress } from '../kernel/email-address.ts';
import type { UserId } from '../kernel/ids.ts';
import type { Locale } from '../kernel/locale.ts';
import type { User, UserCredential, Username } from './model.ts';

export type NewUser = Readonly<{
  id: UserId;
  email: EmailAddress;
  emailVerified: boolean;
  username: Username | null;
  name: string | null;
  locale: Locale | null;
  passwordHash: string | null;
  roles: readonly string[];
}>;

/** What came of an insert. A taken username is told before a taken address. */
export type UserInsertion =
  | Readonly<{ kind: 'inserted'; user: User }>
  | Readonly<{ kind: 'username_taken' }>
  | Readonly<{ kind: 'email_taken' }>;

/** Users of the tenant that the unit of work was opened for. */
export interface UserRepository {
  /**
   * Makes an active user, or says what is taken and changes nothing.
   *
   * Atomic: of any number of concurrent calls for one address (or one
   * username) exactly one is told `inserted`. The transaction stays usable.
   */
  insert(user: NewUser): Promise<UserInsertion>;

  /** The user whatever their status, or `null` if this tenant has none by that id. */
  findById(id: UserId): Promise<User | null>;
  findByEmail(email: EmailAddress): Promise<User | null>;
  isUsernameTaken(username: Username): Promise<boolean>;

  /**
   * Waits for, and holds until the transaction ends, the lock on one address.
   *
   * Whatever makes an account for an address takes it before it spends a link
   * or inserts the user: of two that race, one waits empty-handed, so they
   * never wait for each other.
   */
  lockAddress(email: EmailAddress): Promise<void>;

  /**
   * The user with their credential, locked until the transaction ends.
   *
   * Whatever begins a session of a user, or ends all of them, takes this lock first.
   */
  lock(id: UserId): Promise<UserCredential | null>;

  /** Marks the address verified; `false` when it was verified already or there is no such active user. */
  markEmailVerified(id: UserId): Promise<boolean>;

  /** Sets the time of the last sign-in to now and answers with the user as they are then. */
  recordLogin(id: UserId): Promise<User>;

  /** Adds a role; one that is held already changes nothing. `false` when it was held. */
  addRole(id: UserId, role: string): Promise<boolean>;

  /** Whether any active user of the tenant holds `role`. */
  hasUserWithRole(role: string): Promise<boolean>;

  /**
   * Replaces a stored hash by one of the same password under other parameters.
   * Does nothing unless `from` is still the stored one; the credential version stays.
   */
  replacePasswordHash(id: UserId, from: string, to: string): Promise<void>;
}
