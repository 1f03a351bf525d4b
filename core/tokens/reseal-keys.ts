import { changeKeys, type KeyChanger, type KeyDeps, readRecords } from './key-changes.ts';
import type { SigningKeyRecord } from './ports.ts';

/**
 * Puts the private halves that an older secret sealed into boxes of the newest, all in one unit of work.
 *
 * @returns how many, and how many are left because no secret at hand opens them
 * @throws {Unavailable}
 */
export type ResealKeys = (by: KeyChanger) => Promise<Readonly<{ resealed: number; left: number }>>;

export function createResealKeys(deps: KeyDeps): ResealKeys {
  const isOutdated = ({ key }: SigningKeyRecord): boolean => deps.factory.isOutdated(key);
  const isResealable = (record: SigningKeyRecord): boolean =>
    isOutdated(record) && deps.factory.canOpen(record.key);

  return async (by) => {
    const found = await readRecords(deps);
    if (!found.some(isResealable)) return { resealed: 0, left: found.filter(isOutdated).length };
    return changeKeys(deps, by, async (changes) => {
      const outdated = (await changes.records()).filter(isOutdated);
      const resealed = await changes.reseal(outdated.filter(isResealable));
      return { resealed, left: outdated.length - resealed };
    });
  };
}
