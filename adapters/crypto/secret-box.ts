import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { concatBytes, utf8 } from '../../core/kernel/bytes.ts';
import { type SecretBox, SecretUnreadable } from '../../core/kernel/ports.ts';
import { createKeyRing, KEY_ID_BYTES } from './key-ring.ts';

const CIPHER = 'aes-256-gcm';
const VERSION = 1;
const HEAD_END = 1 + KEY_ID_BYTES;
const NONCE_BYTES = 12;
const NONCE_END = HEAD_END + NONCE_BYTES;
const TAG_BYTES = 16;

/**
 * A secret box of AES-256-GCM (NIST SP 800-38D):
 * `version ‖ key id ‖ nonce ‖ ciphertext ‖ tag`, 33 bytes longer than what it holds.
 *
 * Nonces are random, so one key may seal 2^32 secrets (section 8.3): far more
 * than an installation stores.
 *
 * @param secretKeys the newest first: it seals, and all of them open
 * @throws {RangeError} there is none, or an empty one
 */
export function createSecretBox(secretKeys: readonly string[]): SecretBox {
  const ring = createKeyRing(secretKeys);
  const keys = ring.derive('secret-box');
  const head = concatBytes(Uint8Array.of(VERSION), ring.currentId);

  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, keys.current, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(concatBytes(head, utf8(context)));
      const ciphertext = concatBytes(cipher.update(plain), cipher.final());
      return concatBytes(head, nonce, ciphertext, cipher.getAuthTag());
    },

    open(box, context) {
      const isWhole = box.length >= NONCE_END + TAG_BYTES && box[0] === VERSION;
      const key = isWhole ? keys.find(box.subarray(1, HEAD_END)) : null;
      if (!key) throw new SecretUnreadable();
      const nonce = box.subarray(HEAD_END, NONCE_END);
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(concatBytes(box.subarray(0, HEAD_END), utf8(context)));
      decipher.setAuthTag(box.subarray(-TAG_BYTES));
      const plain = decipher.update(box.subarray(NONCE_END, -TAG_BYTES));
      try {
        return concatBytes(plain, decipher.final());
      } catch {
        throw new SecretUnreadable();
      }
    },

    newestHead: () => head.slice(),
  };
}
