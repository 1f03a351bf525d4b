import { describe, expect, it } from 'vitest';
import type { CommonPasswords } from '../../../core/passwords/index.ts';
import { judgePassword, normalizePassword } from '../../../core/passwords/policy.ts';
import { DEFAULT_PASSWORD_POLICY, type PasswordPolicy } from '../../../core/tenants/index.ts';

const common: CommonPasswords = { has: (password) => password === 'trustno1' };
const LENGTH_ONLY: PasswordPolicy = {
  min_length: 8,
  max_length: 256,
  upper: false,
  lower: false,
  digit: false,
};

/** The code of the refusal, or `null`. */
function judge(password: string, policy = DEFAULT_PASSWORD_POLICY, contextWords: readonly string[] = []) {
  return judgePassword(normalizePassword(password), policy, common, contextWords)?.code ?? null;
}

describe('judgePassword', () => {
  it.each([
    ['8 characters', 'Abcdef1x', null],
    ['7 characters', 'Abcde1x', 'password_too_short'],
    ['none', '', 'password_too_short'],
    ['256 characters', `Aa1${'x'.repeat(253)}`, null],
    ['257 characters', `Aa1${'x'.repeat(254)}`, 'password_too_long'],
    ['all but an upper-case letter', 'abcdef1x', 'password_too_weak'],
    ['all but a lower-case letter', 'ABCDEF1X', 'password_too_weak'],
    ['all but a digit', 'Abcdefgx', 'password_too_weak'],
    ['blanks at both ends, which count', ' Abcde1 ', null],
    ['letters of any script', 'Жабаёж1x', null],
    ['digits of any script', 'Abcdefg٣', null],
    ['a common one', 'Trustno1', 'password_too_common'],
    ['a common one and more', 'Trustno11', null],
  ])('judges %s', (_what, password, code) => {
    expect(judge(password)).toBe(code);
  });

  it('tells a length before a weakness, and a weakness before a common one', () => {
    expect(judge('trust')).toBe('password_too_short');
    expect(judge('x'.repeat(257))).toBe('password_too_long');
    expect(judge('trustno1')).toBe('password_too_weak');
  });

  it('names everything that is missing', () => {
    const refusal = judgePassword('--------', DEFAULT_PASSWORD_POLICY, common, []);

    expect(refusal?.message).toBe(
      'The password also needs an upper-case letter and a lower-case letter and a digit',
    );
  });

  it('asks for nothing but length where a tenant chose so', () => {
    expect(judge('--------', LENGTH_ONLY)).toBeNull();
    expect(judge('-------', LENGTH_ONLY)).toBe('password_too_short');
  });

  it('counts code points of the NFC form: an astral character is one, a composed one too', () => {
    expect(judge('👩'.repeat(8), LENGTH_ONLY)).toBeNull();
    expect(judge('👩'.repeat(7), LENGTH_ONLY)).toBe('password_too_short');
    expect(judge('e\u0301'.repeat(7), LENGTH_ONLY)).toBe('password_too_short');
    expect(judge('e\u0301'.repeat(256), LENGTH_ONLY)).toBeNull();
    expect(judge('e\u0301'.repeat(257), LENGTH_ONLY)).toBe('password_too_long');
  });

  it.each([
    ['a word of its context', 'Lovelace', 'lovelace', 'password_too_common'],
    ['one in other letters', 'lOVELACE', 'Lovelace', 'password_too_common'],
    ['one with digits and signs around it', '!Acme2026!', 'acme', 'password_too_common'],
    ['digits and signs within it', 'A.c-m3e.Inc', 'acmeinc', 'password_too_common'],
    ['the whole address', 'Ada7@example.com', 'ada7@example.com', 'password_too_common'],
    ['a word without letters', '2026-12-31', '2026-12-31', 'password_too_common'],
    ['more than a word of its context', 'Lovelace-Engine', 'lovelace', null],
    ['a word of three letters, which says too little', 'Ada-2026-!', 'ada', null],
    ['an empty word, which is in everything', '12345678', '', null],
  ])('judges %s', (_what, password, word, code) => {
    expect(judge(password, LENGTH_ONLY, ['other', word])).toBe(code);
  });
});

it('brings a password into NFC and trims nothing', () => {
  expect(normalizePassword(' jose\u0301 ')).toBe(' jos\u00e9 ');
});
