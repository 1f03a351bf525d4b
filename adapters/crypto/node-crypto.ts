import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock, CryptoPrimitives } from '../../core/kernel/ports.ts';

const UUID_RANDOM_BYTES = 10;

/**
 * Primitives over OpenSSL, as Node carries it.
 *
 * @param clock gives the ids their time; two made within one of its milliseconds are in no promised order
 */
export function createNodeCrypto(clock: Clock): CryptoPrimitives {
  return {
    newId: () => uuidV7(clock.now().getTime(), randomBytes(UUID_RANDOM_BYTES)),
    randomBytes: (length) => randomBytes(length),
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
  };
}

/** 48 bits of milliseconds, then 74 random bits around the version and the variant. */
function uuidV7(timeMs: number, random: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(timeMs, 0, 6);
  bytes.set(random, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
