import { createPrivateKey, createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { type SecretBox, SecretUnreadable } from '../../core/kernel/ports.ts';
import type { JwtAlgorithm, SigningKeyFactory } from '../../core/tokens/index.ts';

/** A factory, and the box that its keys are sealed in. */
type MakeFactory = () => Readonly<{ factory: SigningKeyFactory; box: SecretBox }>;

const PUBLIC_MEMBERS: Readonly<Record<JwtAlgorithm, readonly string[]>> = {
  ES256: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  EdDSA: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
  RS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
};
const ALGORITHMS: readonly JwtAlgorithm[] = ['ES256', 'EdDSA', 'RS256'];

/** What every maker of signing keys must do. */
export function signingKeyFactoryContract(makeFactory: MakeFactory): void {
  describe('SigningKeyFactory', () => {
    it.each(ALGORITHMS)('publishes the public half of an %s key and nothing else', async (algorithm) => {
      const { publicJwk, ...key } = await makeFactory().factory.generate(algorithm);

      expect(Object.keys(publicJwk).toSorted()).toEqual(PUBLIC_MEMBERS[algorithm]);
      expect(publicJwk).toMatchObject({ kid: key.kid, alg: algorithm, use: 'sig' });
      expect(key).toMatchObject({ algorithm, state: 'active' });
    });

    it.each(ALGORITHMS)('names an %s key by its thumbprint (RFC 7638)', async (algorithm) => {
      const { kid, publicJwk } = await makeFactory().factory.generate(algorithm);

      expect(kid).toBe(await calculateJwkThumbprint(publicJwk));
    });

    it.each(ALGORITHMS)('seals the private half of an %s key for this kid alone', async (algorithm) => {
      const { factory, box } = makeFactory();
      const { kid, publicJwk, sealedPrivateKey } = await factory.generate(algorithm);

      const der = Buffer.from(box.open(sealedPrivateKey, `signing_keys:${kid}`));

      const privateKey = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
      expect(publicJwk).toMatchObject(createPublicKey(privateKey).export({ format: 'jwk' }));
      expect(() => box.open(sealedPrivateKey, 'signing_keys:another')).toThrow(SecretUnreadable);
    });

    it('makes RSA keys of at least 2048 bits (RFC 7518, section 3.3)', async () => {
      const { publicJwk } = await makeFactory().factory.generate('RS256');

      expect(Buffer.from(String(publicJwk['n']), 'base64url').length * 8).toBeGreaterThanOrEqual(2048);
    });

    it('makes another key each time', async () => {
      const { factory } = makeFactory();

      const [one, two] = [await factory.generate('ES256'), await factory.generate('ES256')];

      expect(one.kid).not.toBe(two.kid);
    });
  });
}
