import { dictionary } from '@zxcvbn-ts/language-common';
import type { CommonPasswords } from '../../core/passwords/index.ts';

/** The 49,000 commonest passwords of public leaks. Costs some milliseconds to make: once, at start. */
export function createCommonPasswords(): CommonPasswords {
  const common = new Set(dictionary['passwords-common'].map((password) => password.toLowerCase()));
  return { has: (password) => common.has(password) };
}
