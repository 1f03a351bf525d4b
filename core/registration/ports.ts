import type { EmailAddress } from '../kernel/email-address.ts';
import type { OpenRegistration } from './model.ts';

/** Open registrations of the tenant that the unit of work was opened for. */
export interface OpenRegistrationRepository {
  insert(registration: OpenRegistration, lifetimeSeconds: number): Promise<void>;

  /** The registration if it is open, or `null` when it was closed, has expired or never was. */
  findOpen(id: string): Promise<OpenRegistration | null>;

  /** Every open registration of an address, the newest first. */
  listOpen(email: EmailAddress): Promise<readonly OpenRegistration[]>;

  /** Lets an open registration live `lifetimeSeconds` from now, if that is longer than it would. */
  extend(id: string, lifetimeSeconds: number): Promise<void>;

  /** Closes every open registration of an address: an account for it has been made. */
  closeAllOf(email: EmailAddress): Promise<void>;
}
