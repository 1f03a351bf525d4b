import { describe, expect, it } from 'vitest';
import type { CommonPasswords } from '../../core/passwords/index.ts';

/** What every list of common passwords must do. */
export function commonPasswordsContract(make: () => CommonPasswords): void {
  describe('CommonPasswords', () => {
    it.each([
      'password',
      'password1',
      'qwerty123',
      '12345678',
      'iloveyou',
      'letmein',
    ])('knows %j', (password) => {
      expect(make().has(password)).toBe(true);
    });

    it.each([
      '',
      'tr0ub4dor-and-three-more',
      'constructor-of-nothing',
      '__proto__',
      'toString',
    ])('does not know %j', (password) => {
      expect(make().has(password)).toBe(false);
    });
  });
}
