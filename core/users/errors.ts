import { DomainError } from '../kernel/errors.ts';

export class EmailAlreadyRegistered extends DomainError {
  readonly code = 'email_already_registered';
  constructor() {
    super('An account with this address exists already; sign in instead');
  }
}

export class UsernameTaken extends DomainError {
  readonly code = 'username_taken';
  constructor() {
    super('This username is taken; choose another');
  }
}

export type UserError = EmailAlreadyRegistered | UsernameTaken;
