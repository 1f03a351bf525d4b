import { beforeEach, describe, expect, it } from 'vitest';
import type { SigningKey, SigningKeyRecord, SigningKeyRepository } from '../../core/tokens/index.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';

const BOX = Uint8Array.of(0, 1, 2, 254, 255);
const HOUR_SECONDS = 3600;

/** What every store of signing keys does. */
export function signingKeysContract(makeHarness: MakeHarness): void {
  describe('SigningKeyRepository', () => {
    let harness: StoreHarness;
    let run: <T>(work: (signingKeys: SigningKeyRepository) => Promise<T>) => Promise<T>;

    beforeEach(async () => {
      harness = await makeHarness();
      const { id } = await harness.makeTenant();
      run = (work) => harness.unitOfWork.run(id, ({ signingKeys }) => work(signingKeys));
    });

    const insert = (...keys: readonly SigningKey[]) =>
      run(async (signingKeys) => {
        for (const key of keys) await signingKeys.insert(key);
      });
    const listed = async () => (await run((signingKeys) => signingKeys.list())).map(({ kid }) => kid);
    const recordOf = async (kid: string): Promise<SigningKeyRecord> => {
      const record = (await run((signingKeys) => signingKeys.records())).find(({ key }) => key.kid === kid);
      if (!record) throw new Error(`There is no record of ${kid}`);
      return record;
    };

    it('keeps a key whole, for every tenant alike', async () => {
      const key = newKey('k1', 'active');
      await insert(key);
      const there = await harness.makeTenant();

      const [found, ...more] = await harness.unitOfWork.run(there.id, ({ signingKeys }) =>
        signingKeys.list(),
      );

      expect(more).toEqual([]);
      expect(plain(found)).toEqual(plain(key));
    });

    it('lists and records the newest first', async () => {
      for (const key of [newKey('k1', 'retired'), newKey('k2', 'active'), newKey('k3', 'next')]) {
        await insert(key);
        await harness.passTime(1);
      }

      const records = await run((signingKeys) => signingKeys.records());

      expect(await listed()).toEqual(['k3', 'k2', 'k1']);
      expect(records.map(({ key }) => plain(key))).toEqual([
        plain(newKey('k3', 'next')),
        plain(newKey('k2', 'active')),
        plain(newKey('k1', 'retired')),
      ]);
    });

    it('keeps no key of work that rejected', async () => {
      const attempt = run(async (signingKeys) => {
        await signingKeys.insert(newKey('k1', 'active'));
        throw new Error('changed my mind');
      });
      await expect(attempt).rejects.toThrow('changed my mind');

      expect(await listed()).toEqual([]);
    });

    it.each(['active', 'next'] as const)('takes no second %s key', async (state) => {
      await insert(newKey('k1', state));

      await expect(insert(newKey('k2', state))).rejects.toThrow();

      expect(await listed()).toEqual(['k1']);
    });

    it('tells how long a key is published, and how long it has signed', async () => {
      await insert(newKey('k1', 'active'), newKey('k2', 'next'));
      await harness.passTime(HOUR_SECONDS);

      const [active, next] = [await recordOf('k1'), await recordOf('k2')];

      for (const age of [active.publishedSeconds, active.signingSeconds ?? 0, next.publishedSeconds]) {
        expect(age).toBeGreaterThanOrEqual(HOUR_SECONDS);
        expect(age).toBeLessThan(HOUR_SECONDS + harness.marginSeconds);
      }
      expect(active.activatedAt?.getTime()).toBeGreaterThanOrEqual(active.createdAt.getTime());
      const never = { retiredAt: null, expiresAt: null, isExpired: false, isAskedFor: false };
      expect(active).toMatchObject(never);
      expect(next).toMatchObject({ ...never, activatedAt: null, signingSeconds: null });
    });

    it('lets the next key sign from now on, once there is no active one', async () => {
      await insert(newKey('k1', 'active'), newKey('k2', 'next'));
      await harness.passTime(HOUR_SECONDS);
      await expect(run((signingKeys) => signingKeys.activate('k2'))).rejects.toThrow();
      await run((signingKeys) => signingKeys.askFor('k2'));

      await run(async (signingKeys) => {
        await signingKeys.retire('k1', HOUR_SECONDS);
        await signingKeys.activate('k2');
      });

      const { key, signingSeconds, publishedSeconds, isAskedFor } = await recordOf('k2');
      expect([key.state, isAskedFor]).toEqual(['active', false]);
      expect(signingSeconds).toBeLessThan(harness.marginSeconds);
      expect(publishedSeconds).toBeGreaterThanOrEqual(HOUR_SECONDS);
    });

    it('lets no key that was retired sign again, nor be asked for', async () => {
      await insert(newKey('k1', 'active'), newKey('k2', 'next'));
      await run(async (signingKeys) => {
        await signingKeys.retire('k1', HOUR_SECONDS);
        await signingKeys.retire('k2', HOUR_SECONDS);
      });

      await run(async (signingKeys) => {
        await signingKeys.activate('k1');
        await signingKeys.activate('k2');
        await signingKeys.askFor('k2');
      });

      expect([await recordOf('k1'), await recordOf('k2')]).toMatchObject([
        { key: { state: 'retired' } },
        { key: { state: 'retired' }, isAskedFor: false },
      ]);
    });

    it('marks the next key as asked for, and no other', async () => {
      await insert(newKey('k1', 'active'), newKey('k2', 'next'));

      await run(async (signingKeys) => {
        await signingKeys.askFor('k1');
        await signingKeys.askFor('k2');
      });

      expect([(await recordOf('k1')).isAskedFor, (await recordOf('k2')).isAskedFor]).toEqual([false, true]);
    });

    it('lists a retired key as long as it verifies, and keeps its record', async () => {
      await insert(newKey('k1', 'active'));
      await run((signingKeys) => signingKeys.retire('k1', HOUR_SECONDS));

      await harness.passTime(HOUR_SECONDS - harness.marginSeconds);
      expect([await listed(), (await recordOf('k1')).isExpired]).toEqual([['k1'], false]);
      await harness.passTime(harness.marginSeconds);

      expect(await listed()).toEqual([]);
      const { key, isExpired, retiredAt, expiresAt } = await recordOf('k1');
      expect([key.state, isExpired, key.sealedPrivateKey !== null]).toEqual(['retired', true, true]);
      expect(Number(expiresAt) - Number(retiredAt)).toBe(HOUR_SECONDS * 1000);
    });

    it('ends a key at this very moment, and erases its private half', async () => {
      await insert(newKey('k1', 'active'), newKey('k2', 'next'));

      const records = await run(async (signingKeys) => {
        await signingKeys.retire('k1', 0);
        return signingKeys.records();
      });

      expect(records.find(({ key }) => key.kid === 'k1')).toMatchObject({
        key: { state: 'retired', sealedPrivateKey: null },
        isExpired: true,
      });
      expect(await listed()).toEqual(['k2']);
    });

    it('never lets a retired key verify for longer than it would have, and remembers since when it is retired', async () => {
      await insert(newKey('k1', 'active'));
      await run((signingKeys) => signingKeys.retire('k1', HOUR_SECONDS));
      const before = await recordOf('k1');

      await run((signingKeys) => signingKeys.retire('k1', 2 * HOUR_SECONDS));
      expect(await recordOf('k1')).toMatchObject({
        expiresAt: before.expiresAt,
        retiredAt: before.retiredAt,
      });
      await run((signingKeys) => signingKeys.retire('k1', 0));

      expect(await recordOf('k1')).toMatchObject({ isExpired: true, retiredAt: before.retiredAt });
    });

    it('erases the private half of what has expired, and of nothing else', async () => {
      await insert(newKey('k1', 'active'), newKey('k2', 'next'));
      await run((signingKeys) => signingKeys.retire('k1', 1));
      await insert(newKey('k3', 'active'));
      await run((signingKeys) => signingKeys.retire('k3', HOUR_SECONDS));
      await insert(newKey('k4', 'active'));
      await harness.passTime(harness.marginSeconds);

      await run((signingKeys) => signingKeys.eraseExpired());

      const kept = await run((signingKeys) => signingKeys.records());
      const withSecret = kept.filter(({ key }) => key.sealedPrivateKey).map(({ key }) => key.kid);
      expect(withSecret.sort()).toEqual(['k2', 'k3', 'k4']);
    });

    it('replaces the box that was read, and leaves one that is another by now', async () => {
      await insert(newKey('k1', 'active'));
      const [one, two] = [Uint8Array.of(1, 1), Uint8Array.of(2, 2)];

      const replaced = await run((signingKeys) => signingKeys.replaceBox('k1', BOX, one));
      const again = await run((signingKeys) => signingKeys.replaceBox('k1', BOX, two));
      const nowhere = await run((signingKeys) => signingKeys.replaceBox('k2', BOX, two));

      expect([replaced, again, nowhere]).toEqual([true, false, false]);
      expect(plain((await recordOf('k1')).key).box).toEqual([1, 1]);
    });
  });
}

function newKey(kid: string, state: SigningKey['state']): SigningKey {
  return {
    kid,
    algorithm: 'ES256',
    state,
    publicJwk: { kid, kty: 'EC', alg: 'ES256', use: 'sig', crv: 'P-256', x: 'x', y: 'y' },
    sealedPrivateKey: BOX,
  };
}

/** A key whose bytes can be compared, of whatever kind of array they are. */
function plain(key: SigningKey | undefined) {
  const { sealedPrivateKey = null, ...rest } = key ?? {};
  return { ...rest, box: sealedPrivateKey && [...sealedPrivateKey] };
}
