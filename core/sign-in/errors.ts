import { DomainError } from '../kernel/errors.ts';

/** Unknown, wrong, suspended, deleted, without a password: one answer for all of them. */
export class InvalidCredentials extends DomainError {
  readonly code = 'invalid_credentials';
  constructor() {
    super(
      'The sign-in details are not right. If the account is new, its address may have to be confirmed first',
    );
  }
}

/** Said only to somebody who has the right password. */
export class EmailNotVerified extends DomainError {
  readonly code = 'email_not_verified';
  constructor() {
    super('Confirm your e-mail address first; a new link can be asked for');
  }
}

/** A code, or what a passkey answered, that proves nothing: wrong, spent, or of nothing that the account has. */
export class CodeInvalid extends DomainError {
  readonly code = 'code_invalid';
  constructor() {
    super('This proves nothing: it is wrong, too old, used before, or made by nothing that the account has');
  }
}

export type SignInError = InvalidCredentials | EmailNotVerified | CodeInvalid;
