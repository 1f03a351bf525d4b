import type { TenantId } from '../kernel/ids.ts';

/** What a guess counts against. The name is for the caller, who words the refusal; only the hash is stored. */
export type AttemptKey = Readonly<{
  name: 'identifier' | 'user' | 'address' | 'device' | 'registration' | 'second_factor';
  hash: Uint8Array;
  /** So many failures within `windowSeconds` lock the key for as long. */
  max: number;
  windowSeconds: number;
  /** It refuses nothing: its lock is only told, so that nobody learns that two names belong together. */
  isHidden?: boolean;
}>;

/** A guess that has its place under each of its keys, and is yet to be judged. */
export type Attempt = Readonly<{
  keys: readonly AttemptKey[];
  /** Names the place; only the store reads it. */
  place: string;
  /** Whether a hidden key was locked when it began: then no guess may be found right. */
  isHiddenLocked: boolean;
}>;

export type AttemptRefusal = Readonly<{
  key: AttemptKey;
  /** `busy`: the last places are taken by guesses that are still being judged. */
  reason: 'locked' | 'busy';
  retryAfterSeconds: number;
}>;

export type AttemptStart =
  | Readonly<{ kind: 'begun'; attempt: Attempt }>
  | (Readonly<{ kind: 'refused' }> & AttemptRefusal);

/** Places for guesses: durable, and the same for names that nobody has. Each call is a transaction of its own. */
export interface AttemptStore {
  /**
   * Takes a place under every key, or none and says which key refuses (the
   * first of them in the order given).
   *
   * Atomic: failures and places together never exceed the `max` of a key that
   * is not hidden, however many ask at once. A place that is neither judged nor given back expires
   * after 30 seconds.
   */
  begin(tenantId: TenantId, keys: readonly AttemptKey[]): Promise<AttemptStart>;

  /** The first key that is locked and not hidden, or `null`. Takes no place. */
  findLock(tenantId: TenantId, keys: readonly AttemptKey[]): Promise<AttemptRefusal | null>;

  /** Gives the places back: the guess was not judged. */
  release(tenantId: TenantId, attempt: Attempt): Promise<void>;
}

/** What is held of a guess until its transaction ends. */
export type HeldAttempt = Readonly<{
  /** Whether a hidden key is locked by now: then the guess must not be found right. */
  isHiddenLocked: boolean;
  /** Those of the keys asked for of which there is a count at all. */
  counted: readonly Uint8Array[];
  /** The most failures that count under any one of the keys asked for, within the window of the guess. */
  failures: number;
}>;

/** How guesses end, in the transaction of what they bring about. */
export interface AttemptRepository {
  /**
   * Waits for, and holds until the transaction ends, the counts of a guess and
   * of what its success would forget.
   *
   * Whatever changes more than one count, or a user beside them, takes these
   * first: all of them are locked in one order, so nobody waits in a circle.
   */
  hold(attempt: Attempt, also: readonly Uint8Array[]): Promise<HeldAttempt>;

  /**
   * Turns the attempt's places into failures, and locks each key that has had
   * as many within its window as it may.
   *
   * @returns the keys that this failure locked
   */
  fail(attempt: Attempt): Promise<readonly AttemptKey[]>;

  /** Gives the attempt's places back and forgets the failures under `forget`, which are held. A lock stays. */
  succeed(attempt: Attempt, forget: readonly Uint8Array[]): Promise<void>;
}
