import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

const SALT = 'gatehouse/secret-key/v1';
const KEY_BYTES = 32;
/** How many bytes name a key. */
export const KEY_ID_BYTES = 4;

/** The 256-bit keys of one purpose, one for each secret. */
export type PurposeKeys = Readonly<{
  /** The newest: it seals and signs. */
  current: KeyObject;
  /** The key of that name, or `null` when it is none of ours. Any of them opens and checks. */
  find(id: Uint8Array): KeyObject | null;
}>;

export type KeyRing = Readonly<{
  /** Names the newest key, whatever the purpose. */
  currentId: Uint8Array;
  /** Two purposes share no key, and a key tells nothing of its secret. */
  derive(purpose: string): PurposeKeys;
}>;

/**
 * Derives keys from the values of `SECRET_KEY` by HKDF-SHA-256 (RFC 5869).
 *
 * An id is derived too, so a key has the same name on every machine and
 * wherever in the list its secret stands.
 *
 * @param secretKeys the newest first
 * @throws {RangeError} there is none, or an empty one
 */
export function createKeyRing(secretKeys: readonly string[]): KeyRing {
  const secrets = secretKeys.map(importSecret);
  const [newest] = secrets;
  if (!newest) throw new RangeError('SECRET_KEY needs at least one value');
  return {
    currentId: newest.id,
    derive: (purpose) => {
      const keyOf = ({ secret }: Secret) => createSecretKey(expand(secret, purpose, KEY_BYTES));
      // The newest comes last, so it keeps its name should an older one ever share it.
      const byName = new Map(secrets.toReversed().map((secret) => [nameOf(secret.id), keyOf(secret)]));
      return { current: keyOf(newest), find: (id) => byName.get(nameOf(id)) ?? null };
    },
  };
}

type Secret = Readonly<{ secret: KeyObject; id: Uint8Array }>;

function importSecret(text: string): Secret {
  if (text === '') throw new RangeError('No value of SECRET_KEY may be empty');
  const secret = createSecretKey(text, 'utf8');
  return { secret, id: expand(secret, 'key-id', KEY_ID_BYTES) };
}

function expand(secret: KeyObject, purpose: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, SALT, purpose, length));
}

function nameOf(id: Uint8Array): string {
  return Buffer.from(id).toString('hex');
}
