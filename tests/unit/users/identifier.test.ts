import { describe, expect, it } from 'vitest';
import { identifierText, parseIdentifier, parseUsername } from '../../../core/users/index.ts';

describe('parseUsername', () => {
  it.each([
    ['ada', 'ada'],
    ['Ada', 'ada'],
    ['a.b_c-1', 'a.b_c-1'],
    ['ａｄａ', 'ada'],
    ['K9x', 'k9x'],
    [`a${'b'.repeat(31)}`, `a${'b'.repeat(31)}`],
  ])('reads %j as %j', (text, stored) => {
    expect(parseUsername(text)).toBe(stored);
  });

  it.each([
    '',
    'ab',
    `a${'b'.repeat(32)}`,
    '1ada',
    '_ada',
    '.ada',
    'ada lovelace',
    ' ada',
    'ada\n',
    'adä',
    'аda', // begins with a Cyrillic а
    'ada@home',
    'ada\0',
  ])('refuses %j', (text) => {
    expect(parseUsername(text)).toBeNull();
  });
});

describe('parseIdentifier', () => {
  it('takes text with an @ for an address, and writes its canonical form', () => {
    const identifier = parseIdentifier(' Ada@Example.com ');

    expect(identifier).toEqual({ kind: 'email', email: 'ada@example.com' });
    expect(identifier && identifierText(identifier)).toBe('ada@example.com');
  });

  it('takes any other text for a username', () => {
    const identifier = parseIdentifier('Ada');

    expect(identifier).toEqual({ kind: 'username', username: 'ada' });
    expect(identifier && identifierText(identifier)).toBe('ada');
  });

  it.each(['', '@', 'ada@', 'a', 'two words'])('refuses %j', (text) => {
    expect(parseIdentifier(text)).toBeNull();
  });
});
