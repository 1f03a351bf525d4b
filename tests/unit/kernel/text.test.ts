import { describe, expect, it } from 'vitest';
import { codePointLength, isStorable } from '../../../core/kernel/text.ts';

describe('isStorable', () => {
  it.each(['', 'Ada', 'Łódź', '👩‍🚀', 'a\nb\t', '\u0001'])('takes %j', (text) => {
    expect(isStorable(text)).toBe(true);
  });

  it.each(['\0', 'a\0b', '\ud83d', 'a\udc69', '\udc69\ud83d'])('refuses %j', (text) => {
    expect(isStorable(text)).toBe(false);
  });
});

it.each([
  ['', 0],
  ['Ada', 3],
  ['é', 1],
  ['e\u0301', 2],
  ['👩', 1],
  ['👩‍🚀', 3],
])('counts the code points of %j as %i', (text, length) => {
  expect(codePointLength(text)).toBe(length);
});
