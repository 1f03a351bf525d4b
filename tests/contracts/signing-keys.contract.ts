import { describe, expect, it } from 'vitest';
import type { SigningKey } from '../../core/tokens/index.ts';
import type { MakeHarness } from './harness.ts';

/** What every store of signing keys does. */
export function signingKeysContract(makeHarness: MakeHarness): void {
  describe('SigningKeyRepository', () => {
    it('keeps a key whole, for every tenant alike', async () => {
      const harness = await makeHarness();
      const [here, there] = [await harness.makeTenant(), await harness.makeTenant()];
      const key = newKey('k1', 'active');
      await harness.unitOfWork.run(here.id, ({ signingKeys }) => signingKeys.insert(key));

      const [found, ...more] = await harness.unitOfWork.run(there.id, ({ signingKeys }) =>
        signingKeys.list(),
      );

      expect(more).toEqual([]);
      const { sealedPrivateKey, ...rest } = found ?? newKey('none', 'retired');
      const { sealedPrivateKey: sealed, ...given } = key;
      expect(rest).toEqual(given);
      expect(Array.from(sealedPrivateKey)).toEqual(Array.from(sealed));
    });

    it('lists the newest first', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      for (const key of [newKey('k1', 'retired'), newKey('k2', 'active'), newKey('k3', 'next')]) {
        await harness.unitOfWork.run(tenant.id, ({ signingKeys }) => signingKeys.insert(key));
        await harness.passTime(1);
      }

      const keys = await harness.unitOfWork.run(tenant.id, ({ signingKeys }) => signingKeys.list());

      expect(keys.map(({ kid }) => kid)).toEqual(['k3', 'k2', 'k1']);
    });

    it('keeps no key of work that rejected', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const attempt = harness.unitOfWork.run(tenant.id, async ({ signingKeys }) => {
        await signingKeys.insert(newKey('k1', 'active'));
        throw new Error('changed my mind');
      });
      await expect(attempt).rejects.toThrow('changed my mind');

      expect(await harness.unitOfWork.run(tenant.id, ({ signingKeys }) => signingKeys.list())).toEqual([]);
    });
  });
}

function newKey(kid: string, state: SigningKey['state']): SigningKey {
  return {
    kid,
    algorithm: 'ES256',
    state,
    publicJwk: { kid, kty: 'EC', alg: 'ES256', use: 'sig', crv: 'P-256', x: 'x', y: 'y' },
    sealedPrivateKey: Uint8Array.of(0, 1, 2, 254, 255),
  };
}
