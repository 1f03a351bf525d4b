import { createHash, randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto';
import type { Clock, CryptoPrimitives } from '../../core/kernel/ports.ts';

const UUID_RANDOM_BYTES = 10;
/** For how many ids random bytes are drawn at once: to ask OpenSSL for each takes longer than all the rest of it. */
const UUIDS_PER_DRAW = 256;

/**
 * Primitives over OpenSSL, as Node carries it.
 *
 * @param clock gives the ids their time; two made within one of its milliseconds are in no promised order
 */
export function createNodeCrypto(clock: Clock): CryptoPrimitives {
  const nextRandom = createUuidRandom();
  return {
    newId: () => uuidV7(clock.now().getTime(), nextRandom()),
    randomBytes: (length) => randomBytes(length),
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
  };
}

/** Each byte is given out once. For ids alone: a secret is drawn by itself, and nothing of it stays behind. */
function createUuidRandom(): () => Uint8Array {
  const drawn = new Uint8Array(UUID_RANDOM_BYTES * UUIDS_PER_DRAW);
  let used = drawn.length;
  return () => {
    if (used === drawn.length) {
      randomFillSync(drawn);
      used = 0;
    }
    used += UUID_RANDOM_BYTES;
    return drawn.subarray(used - UUID_RANDOM_BYTES, used);
  };
}

/** 48 bits of milliseconds, then 74 random bits around the version and the variant. */
function uuidV7(timeMs: number, random: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(timeMs, 0, 6);
  bytes.set(random, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
