import { DomainError } from '../kernel/errors.ts';
import type { AttemptRefusal } from './attempts.ts';

/** Too many wrong secrets. Said alike of accounts that exist and of names that nobody has. */
export class AccountLocked extends DomainError {
  readonly code = 'account_locked';
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super('Too many wrong attempts; try again later. Retry-After says in how many seconds');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Too many requests. Says nothing of what any of them held. */
export class RateLimited extends DomainError {
  readonly code = 'rate_limited';
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super('Too many requests; try again when Retry-After is over');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type ProtectionError = AccountLocked | RateLimited;

/** The error that tells a refused attempt: a lock by its name, everything else as a limit. */
export function refusalError({ key, reason, retryAfterSeconds }: AttemptRefusal): ProtectionError {
  const isLock = reason === 'locked' && key.name !== 'address';
  return isLock ? new AccountLocked(retryAfterSeconds) : new RateLimited(retryAfterSeconds);
}
