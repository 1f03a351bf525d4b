import { describe, expect, it } from 'vitest';
import { decodeBase64Url, encodeBase64Url } from '../../../core/kernel/base64url.ts';
import { utf8 } from '../../../core/kernel/bytes.ts';

describe('base64url', () => {
  // RFC 4648, section 10, without the padding.
  it.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
  ])('spells %j as %j and reads it back', (text, encoded) => {
    expect(encodeBase64Url(utf8(text))).toBe(encoded);
    expect(decodeBase64Url(encoded)).toEqual(utf8(text));
  });

  it('agrees with Node on every byte at every place', () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    for (let length = 0; length <= all.length; length += 1) {
      const bytes = all.slice(all.length - length);
      const text = Buffer.from(bytes).toString('base64url');
      expect(encodeBase64Url(bytes)).toBe(text);
      expect(decodeBase64Url(text)).toEqual(bytes);
    }
  });

  // Two texts for one secret would be two hashes for one link.
  it.each([
    ['padding', 'Zg=='],
    ['stray bits', 'Zh'],
    ['stray bits after two bytes', 'Zm9'],
    ['a character too many', 'Z'],
    ['the other alphabet', '+/+/'],
    ['a blank', 'Zm 9v'],
    ['a line break', 'Zm9v\n'],
    ['a character beyond ASCII', 'Zm9ｖ'],
  ])('refuses %s', (_what, text) => {
    expect(decodeBase64Url(text)).toBeNull();
  });
});
