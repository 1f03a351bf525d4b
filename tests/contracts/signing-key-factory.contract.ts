import { createPrivateKey, createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { type SecretBox, SecretUnreadable } from '../../core/kernel/ports.ts';
import type { JwtAlgorithm, SigningKeyFactory } from '../../core/tokens/index.ts';

/** A factory, and the box that its keys are sealed in; of one secret of its own, or of those given, the newest first. */
type MakeFactory = (secrets?: readonly string[]) => Readonly<{ factory: SigningKeyFactory; box: SecretBox }>;

const OLD = 'old-key-old-key-old-key-old-key-old-key';
const NEW = 'new-key-new-key-new-key-new-key-new-key';

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

      const der = Buffer.from(box.open(sealedIn(sealedPrivateKey), `signing_keys:${kid}`));

      const privateKey = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
      expect(publicJwk).toMatchObject(createPublicKey(privateKey).export({ format: 'jwk' }));
      expect(() => box.open(sealedIn(sealedPrivateKey), 'signing_keys:another')).toThrow(SecretUnreadable);
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

    it('opens a key that any secret at hand sealed, and none that was erased, moved or sealed elsewhere', async () => {
      const [older, newer] = [makeFactory([OLD]).factory, makeFactory([NEW, OLD]).factory];
      const [key, other] = [await older.generate('ES256'), await older.generate('ES256')];

      expect([older.canOpen(key), newer.canOpen(key)]).toEqual([true, true]);
      expect(makeFactory([NEW]).factory.canOpen(key)).toBe(false);
      expect(older.canOpen({ ...key, sealedPrivateKey: null })).toBe(false);
      expect(older.canOpen({ ...key, sealedPrivateKey: other.sealedPrivateKey })).toBe(false);
    });

    it('knows which keys the newest secret has not sealed, and seals them anew so that it alone opens them', async () => {
      const older = makeFactory([OLD]).factory;
      const { factory, box } = makeFactory([NEW, OLD]);
      const key = await older.generate('ES256');

      const anew = { ...key, sealedPrivateKey: factory.reseal(key) };

      expect([factory.isOutdated(key), older.isOutdated(key)]).toEqual([true, false]);
      expect([factory.isOutdated(anew), older.isOutdated(anew)]).toEqual([false, true]);
      expect(factory.isOutdated({ ...key, sealedPrivateKey: null })).toBe(false);
      expect([makeFactory([NEW]).factory.canOpen(anew), older.canOpen(anew)]).toEqual([true, false]);
      const context = `signing_keys:${key.kid}`;
      expect(box.open(anew.sealedPrivateKey, context)).toEqual(
        box.open(sealedIn(key.sealedPrivateKey), context),
      );
      expect(() => makeFactory([NEW]).factory.reseal(key)).toThrow(SecretUnreadable);
      expect(() => factory.reseal({ ...key, sealedPrivateKey: null })).toThrow(SecretUnreadable);
    });
  });
}

function sealedIn(sealedPrivateKey: Uint8Array | null): Uint8Array {
  if (!sealedPrivateKey) throw new Error('A key that was just made has no private half');
  return sealedPrivateKey;
}
