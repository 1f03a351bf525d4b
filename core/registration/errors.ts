import { DomainError } from '../kernel/errors.ts';

export class SignupClosed extends DomainError {
  readonly code = 'signup_closed';
  constructor() {
    super('Nobody can register here by themselves; ask for an invitation');
  }
}

/** Several registrations of one address are open, so the link alone does not tell whose it is. Nothing was spent. */
export class PasswordRequired extends DomainError {
  readonly code = 'password_required';
  constructor() {
    super(
      'Several people asked for an account with this address: the password chosen with this link is wanted too',
    );
  }
}

export type RegistrationError = SignupClosed | PasswordRequired;
