import type { SigningKey, SigningKeyRecord, SigningKeyRepository } from '../../core/tokens/index.ts';
import type { RepositoryContext, SigningKeyRow } from './tables.ts';
import { earliest, secondsAfter } from './time.ts';

/** The signing keys of all tenants, as a draft sees them. */
export function createSigningKeyRepository({
  globals: { signingKeys },
  clock,
}: RepositoryContext): SigningKeyRepository {
  const newestFirst = (): SigningKeyRow[] => [...signingKeys.values()].reverse();
  const isExpired = ({ expiresAt }: SigningKeyRow): boolean => expiresAt !== null && expiresAt <= clock.now();
  const change = (kid: string, changed: (row: SigningKeyRow) => Partial<SigningKeyRow>): void => {
    const row = signingKeys.get(kid);
    if (row) signingKeys.set(kid, { ...row, ...changed(row) });
  };
  const changeNext = (kid: string, changed: (row: SigningKeyRow) => Partial<SigningKeyRow>): void =>
    change(kid, (row) => (row.key.state === 'next' ? changed(row) : {}));

  return {
    async insert(key) {
      if (signingKeys.has(key.kid)) throw new Error('A signing key of that id is there already');
      refuseSecond(signingKeys, key.state);
      const createdAt = clock.now();
      signingKeys.set(key.kid, {
        ...{ key, createdAt, retiredAt: null, expiresAt: null, isAskedFor: false },
        activatedAt: key.state === 'active' ? createdAt : null,
      });
    },

    async list() {
      return newestFirst().flatMap((row) => (isExpired(row) ? [] : [row.key]));
    },

    async records() {
      return newestFirst().map((row) => recordOf(row, clock.now(), isExpired(row)));
    },

    async activate(kid) {
      if (signingKeys.get(kid)?.key.state === 'next') refuseSecond(signingKeys, 'active');
      changeNext(kid, ({ key }) => ({
        ...{ key: { ...key, state: 'active' }, activatedAt: clock.now(), isAskedFor: false },
      }));
    },

    async askFor(kid) {
      changeNext(kid, () => ({ isAskedFor: true }));
    },

    async retire(kid, verifiesForSeconds) {
      const end = secondsAfter(clock.now(), verifiesForSeconds);
      change(kid, ({ key, retiredAt, expiresAt }) => ({
        key: { ...key, state: 'retired', ...(verifiesForSeconds === 0 && { sealedPrivateKey: null }) },
        ...{
          retiredAt: retiredAt ?? clock.now(),
          expiresAt: earliest(expiresAt ?? end, end),
          isAskedFor: false,
        },
      }));
    },

    async eraseExpired() {
      for (const row of newestFirst()) {
        if (isExpired(row) && row.key.sealedPrivateKey)
          change(row.key.kid, ({ key }) => ({ key: { ...key, sealedPrivateKey: null } }));
      }
    },

    async replaceBox(kid, old, box) {
      const there = signingKeys.get(kid)?.key.sealedPrivateKey;
      if (!there || String(there) !== String(old)) return false;
      change(kid, ({ key }) => ({ key: { ...key, sealedPrivateKey: box } }));
      return true;
    },
  };
}

/** As the unique indexes do. */
function refuseSecond(rows: ReadonlyMap<string, SigningKeyRow>, state: SigningKey['state']): void {
  const isTaken = [...rows.values()].some(({ key }) => key.state === state);
  if (isTaken && state !== 'retired') throw new Error(`There is another ${state} signing key`);
}

function recordOf({ isAskedFor, ...row }: SigningKeyRow, now: Date, isExpired: boolean): SigningKeyRecord {
  const secondsSince = (instant: Date): number => (now.getTime() - instant.getTime()) / 1000;
  return {
    ...{ ...row, isAskedFor, isExpired },
    publishedSeconds: secondsSince(row.createdAt),
    signingSeconds: row.activatedAt && secondsSince(row.activatedAt),
  };
}
