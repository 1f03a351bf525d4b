import { describe, expect, it } from 'vitest';
import { parseLocale } from '../../../core/kernel/locale.ts';

describe('parseLocale', () => {
  it.each([
    ['de', 'de'],
    ['EN-us', 'en-US'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['en-x-abcdefgh-abcdefgh-abcdefgh-abc', 'en-x-abcdefgh-abcdefgh-abcdefgh-abc'],
  ])('reads %j as %j', (text, canonical) => {
    expect(parseLocale(text)).toBe(canonical);
  });

  it.each([
    '',
    'e',
    'en_US',
    'de-',
    '*',
    'de DE',
    'en-x-abcdefgh-abcdefgh-abcdefgh-abcd',
  ])('refuses %j', (text) => {
    expect(parseLocale(text)).toBeNull();
  });
});
