import { NotFound } from '../kernel/errors.ts';
import { followSchedule } from './keep-keys.ts';
import { changeKeys, type KeyChanger, type KeyChanges, type KeyDeps, prepareKey } from './key-changes.ts';
import type { SigningKeyRecord } from './ports.ts';

/**
 * Ends a signing key at this moment: it signs nothing, verifies nothing, is not
 * published, and its private half is erased. What it has signed is refused by
 * every process within a second.
 *
 * Where it was the active one the next takes its place at once, or a new one.
 * A key that has ended already stays as it is, and nothing is told again.
 *
 * @returns the key as it is then
 * @throws {NotFound} there is no key of that id
 * @throws {Unavailable}
 */
export type RetireKey = (kid: string, by: KeyChanger) => Promise<SigningKeyRecord>;

export function createRetireKey(deps: KeyDeps): RetireKey {
  return async (kid, by) => {
    const change = async (changes: KeyChanges) => {
      const record = await find(changes, kid);
      if (!record.isExpired) await end(changes, record);
      return find(changes, kid);
    };
    return changeKeys(deps, by, change, await prepareKey(deps));
  };
}

async function end(changes: KeyChanges, record: SigningKeyRecord): Promise<void> {
  await changes.revoke(record);
  // What is not fit to sign is replaced first, since nobody signs at this moment.
  await followSchedule(changes);
}

async function find(changes: KeyChanges, kid: string): Promise<SigningKeyRecord> {
  const record = (await changes.records()).find(({ key }) => key.kid === kid);
  if (!record) throw new NotFound();
  return record;
}
