import { DomainError } from '../kernel/errors.ts';

export class PasswordTooShort extends DomainError {
  readonly code = 'password_too_short';
  constructor(lengthMin: number) {
    super(`The password needs at least ${lengthMin} characters`);
  }
}

export class PasswordTooLong extends DomainError {
  readonly code = 'password_too_long';
  constructor(lengthMax: number) {
    super(`The password may have at most ${lengthMax} characters`);
  }
}

export class PasswordTooWeak extends DomainError {
  readonly code = 'password_too_weak';
  /** @param missing kinds of characters that the policy wants, e.g. "a digit" */
  constructor(missing: readonly string[]) {
    super(`The password also needs ${missing.join(' and ')}`);
  }
}

export class PasswordTooCommon extends DomainError {
  readonly code = 'password_too_common';
  constructor() {
    super('This password is among the first that an attacker tries; choose another');
  }
}

export type PasswordError = PasswordTooShort | PasswordTooLong | PasswordTooWeak | PasswordTooCommon;
