import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint } from 'jose';
import { type SecretBox, SecretUnreadable } from '../../core/kernel/ports.ts';
import type { JwtAlgorithm, PublicJwk, SigningKey, SigningKeyFactory } from '../../core/tokens/index.ts';

const RSA_MODULUS_BITS = 2048; // RFC 7518, section 3.3: at least

type KeyPair = Readonly<{ publicKey: KeyObject; privateKey: KeyObject }>;

const makePair = promisify(generateKeyPair);

const PAIR_MAKERS: Readonly<Record<JwtAlgorithm, () => Promise<KeyPair>>> = {
  ES256: () => makePair('ec', { namedCurve: 'P-256' }),
  EdDSA: () => makePair('ed25519'),
  RS256: () => makePair('rsa', { modulusLength: RSA_MODULUS_BITS }),
};

/**
 * Makes pairs of keys in state `active`, ready to be the first of an
 * installation; who wants a successor stores it as `next`.
 *
 * The `kid` is the SHA-256 thumbprint of the public key (RFC 7638), and the
 * private one leaves this function only sealed.
 */
export function createSigningKeyFactory({ box }: Readonly<{ box: SecretBox }>): SigningKeyFactory {
  return {
    async generate(algorithm) {
      const { publicKey, privateKey } = await PAIR_MAKERS[algorithm]();
      const kid = await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }));
      const der = privateKey.export({ type: 'pkcs8', format: 'der' });
      return {
        kid,
        algorithm,
        state: 'active',
        publicJwk: toPublicJwk(publicKey, kid, algorithm),
        sealedPrivateKey: box.seal(der, signingKeyContext(kid)),
      };
    },

    canOpen(key) {
      try {
        openPrivateKey(key, box);
        return true;
      } catch (error) {
        if (error instanceof SecretUnreadable) return false;
        throw error;
      }
    },

    isOutdated({ sealedPrivateKey }) {
      const head = box.newestHead();
      return sealedPrivateKey !== null && head.some((byte, index) => sealedPrivateKey[index] !== byte);
    },

    reseal: (key) => box.seal(openPrivateKey(key, box), signingKeyContext(key.kid)),
  };
}

/**
 * The PKCS #8 private half of a key.
 *
 * @throws {SecretUnreadable} it was erased, or no secret at hand opens it
 */
export function openPrivateKey({ kid, sealedPrivateKey }: SigningKey, box: SecretBox): Uint8Array {
  if (!sealedPrivateKey) throw new SecretUnreadable();
  return box.open(sealedPrivateKey, signingKeyContext(kid));
}

/** The secret box's context of a signing key's private half. */
export function signingKeyContext(kid: string): string {
  return `signing_keys:${kid}`;
}

/** Reads a published key. Members that are not of its public half are ignored. */
export function fromPublicJwk(jwk: PublicJwk): KeyObject {
  return createPublicKey({ key: jwk, format: 'jwk' });
}

/** What is published of a key: the members of its public half in a fixed order, and what it is for. */
export function toPublicJwk(publicKey: KeyObject, kid: string, algorithm: JwtAlgorithm): PublicJwk {
  const { kty = '', ...members } = publicKey.export({ format: 'jwk' });
  return { kid, kty, alg: algorithm, use: 'sig', ...members };
}
