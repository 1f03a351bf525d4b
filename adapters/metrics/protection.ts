import type { Instruments } from './instruments.ts';

export const SIGN_IN_METHODS = ['password', 'invitation'] as const;
export const SIGN_IN_OUTCOMES = ['complete', 'refused', 'locked', 'rate_limited', 'unavailable'] as const;
export const LIMIT_CLASSES = ['public', 'credential', 'magic_link', 'key'] as const;
export const LIMIT_OUTCOMES = ['allowed', 'limited'] as const;
export const LOCK_KINDS = [
  'identifier',
  'user',
  'address',
  'device',
  'registration',
  'second_factor',
] as const;

export type SignInMethod = (typeof SIGN_IN_METHODS)[number];
/** `refused`: for a wrong secret, or for the state of the account. */
export type SignInOutcome = (typeof SIGN_IN_OUTCOMES)[number];
/** The classes of api.md's table. */
export type LimitClass = (typeof LIMIT_CLASSES)[number];
export type LimitOutcome = (typeof LIMIT_OUTCOMES)[number];
/** What too many wrong attempts were counted against. */
export type LockKind = (typeof LOCK_KINDS)[number];

/** Counts what sign-in and its protection decide. */
export type ProtectionMetrics = Readonly<{
  countSignIn(method: SignInMethod, outcome: SignInOutcome): void;
  /** A lock that has just been brought about, not one that stood already. */
  countLock(kind: LockKind): void;
  countRateLimitDecision(limitClass: LimitClass, outcome: LimitOutcome): void;
}>;

/** Each series is there from the start: an alert must see the first of its kind as a rise from nothing. */
export function createProtectionMetrics({ counter }: Instruments): ProtectionMetrics {
  const signIns = counter('gatehouse_sign_ins_total');
  const locks = counter('gatehouse_locks_total');
  const decisions = counter('gatehouse_rate_limit_decisions_total');
  for (const method of SIGN_IN_METHODS)
    for (const outcome of SIGN_IN_OUTCOMES) signIns.inc({ method, outcome }, 0);
  for (const kind of LOCK_KINDS) locks.inc({ kind }, 0);
  for (const limitClass of LIMIT_CLASSES)
    for (const outcome of LIMIT_OUTCOMES) decisions.inc({ class: limitClass, outcome }, 0);
  return {
    countSignIn: (method, outcome) => signIns.inc({ method, outcome }),
    countLock: (kind) => locks.inc({ kind }),
    countRateLimitDecision: (limitClass, outcome) => decisions.inc({ class: limitClass, outcome }),
  };
}
