import { type KeyDeps, readRecords } from './key-changes.ts';
import type { SigningKeyRecord } from './ports.ts';
import { activatesAt, keysInForce } from './rotation.ts';

/** A key as it is told of: nothing of its private half. */
export type ListedKey = Omit<SigningKeyRecord, 'key'> &
  Readonly<{
    key: Omit<SigningKeyRecord['key'], 'sealedPrivateKey'>;
    /** From when on it may sign, of one that is `next`; `null` of any other. */
    activatesAt: Date | null;
  }>;

/**
 * Every signing key that there ever was, the newest first.
 *
 * @throws {Unavailable}
 */
export type ListKeys = () => Promise<readonly ListedKey[]>;

export function createListKeys(deps: KeyDeps): ListKeys {
  return async () => {
    const records = await readRecords(deps);
    const nextSigns = activatesAt(keysInForce(records));
    return records.map(({ key: { sealedPrivateKey: _, ...key }, ...record }) => ({
      ...record,
      key,
      activatesAt: key.state === 'next' ? nextSigns : null,
    }));
  };
}
