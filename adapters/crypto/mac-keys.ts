import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { MacKeys } from '../../core/kernel/ports.ts';
import { createKeyRing, type PurposeKeys } from './key-ring.ts';

/**
 * HMAC-SHA-256 (RFC 2104) under keys derived per purpose.
 *
 * A purpose is one of a few constants of ours, never input: its keys are
 * derived once, at its first use, and kept.
 *
 * @param secretKeys the newest first: it signs, and all of them check
 * @throws {RangeError} there is none, or an empty one
 */
export function createMacKeys(secretKeys: readonly string[]): MacKeys {
  const ring = createKeyRing(secretKeys);
  const keysByPurpose = new Map<string, PurposeKeys>();

  const keysFor = (purpose: string): PurposeKeys => {
    const known = keysByPurpose.get(purpose);
    if (known) return known;
    const derived = ring.derive(`mac/${purpose}`);
    keysByPurpose.set(purpose, derived);
    return derived;
  };

  return {
    mac: (purpose, message) => ({
      keyId: Uint8Array.from(ring.currentId),
      code: hmac(keysFor(purpose).current, message),
    }),
    currentKeyId: () => Uint8Array.from(ring.currentId),
    isValid: (purpose, keyId, message, code) => {
      const key = keysFor(purpose).find(keyId);
      if (!key) return false;
      const expected = hmac(key, message);
      return code.length === expected.length && timingSafeEqual(code, expected);
    },
  };
}

function hmac(key: KeyObject, message: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(message).digest();
}
