import { codePointLength } from '../kernel/text.ts';
import type { PasswordPolicy } from '../tenants/index.ts';
import {
  type PasswordError,
  PasswordTooCommon,
  PasswordTooLong,
  PasswordTooShort,
  PasswordTooWeak,
} from './errors.ts';
import type { CommonPasswords } from './ports.ts';

const CONTEXT_WORD_LENGTH_MIN = 4;

/** The one form of a password that is judged, hashed and compared. Nothing is trimmed or cut. */
export function normalizePassword(password: string): string {
  return password.normalize('NFC');
}

/**
 * What is wrong with a password that somebody wants to set, or `null`.
 *
 * @param password normalised
 * @param contextWords what an attacker would try for this very account: parts of its address, names
 */
export function judgePassword(
  password: string,
  policy: PasswordPolicy,
  common: CommonPasswords,
  contextWords: readonly string[],
): PasswordError | null {
  const length = codePointLength(password);
  if (length > policy.max_length) return new PasswordTooLong(policy.max_length);
  if (length < policy.min_length) return new PasswordTooShort(policy.min_length);
  const missing = missingKinds(password, policy);
  if (missing.length > 0) return new PasswordTooWeak(missing);
  return isGuessable(password, common, contextWords) ? new PasswordTooCommon() : null;
}

function missingKinds(password: string, policy: PasswordPolicy): readonly string[] {
  const wanted: readonly (readonly [boolean, RegExp, string])[] = [
    [policy.upper, /\p{Lu}/u, 'an upper-case letter'],
    [policy.lower, /\p{Ll}/u, 'a lower-case letter'],
    [policy.digit, /\p{Nd}/u, 'a digit'],
  ];
  return wanted.filter(([isWanted, kind]) => isWanted && !kind.test(password)).map(([, , name]) => name);
}

function isGuessable(password: string, common: CommonPasswords, contextWords: readonly string[]): boolean {
  const folded = password.toLowerCase();
  if (common.has(folded)) return true;
  // "Acme2026!" is "acme" to an attacker: digits and signs around a word add nothing.
  const letters = folded.replace(/[^\p{L}]/gu, '');
  return contextWords
    .map((word) => normalizePassword(word).toLowerCase())
    .some((word) => {
      const core = word.replace(/[^\p{L}]/gu, '');
      return folded === word || (core.length >= CONTEXT_WORD_LENGTH_MIN && letters === core);
    });
}
