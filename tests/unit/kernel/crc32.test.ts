import { crc32 as reference } from 'node:zlib';
import { expect, it } from 'vitest';
import { utf8 } from '../../../core/kernel/bytes.ts';
import { crc32 } from '../../../core/kernel/crc32.ts';

// The check value that every catalogue of CRCs gives for this one.
it('is the CRC-32 of ISO 3309', () => {
  expect(Buffer.from(crc32(utf8('123456789'))).toString('hex')).toBe('cbf43926');
});

it.each(['', '\0', 'a', 'ÿ€𝄞', 'x'.repeat(1000)])('agrees with zlib (%j)', (text) => {
  expect(Buffer.from(crc32(utf8(text))).readUInt32BE()).toBe(reference(text));
});
