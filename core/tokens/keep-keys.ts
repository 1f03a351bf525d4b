import { SYSTEM } from '../audit/index.ts';
import { NO_REQUEST } from '../kernel/request-context.ts';
import {
  changeKeys,
  isFitFor,
  type KeyChanges,
  type KeyDeps,
  prepareKey,
  readRecords,
} from './key-changes.ts';
import type { SigningKeyRecord } from './ports.ts';
import { decideRotation, keysInForce, type RotationStep } from './rotation.ts';

/**
 * Does what the schedule wants done with the signing keys, if anything.
 *
 * Of any number of processes one does it, and the others find it done.
 *
 * @throws {Unavailable}
 */
export type KeepKeys = () => Promise<void>;

const SCHEDULE = { actor: SYSTEM, context: NO_REQUEST };

export function createKeepKeys(deps: KeyDeps): KeepKeys {
  return async () => {
    // Most of the time there is nothing to do, and nobody's lock is to be taken for that.
    const records = await readRecords(deps);
    const step = decideRotation(keysInForce(records), (next) => isFitFor(deps, next));
    if (!step && !records.some(isErasable)) return;
    const change = async (changes: KeyChanges) => {
      await followSchedule(changes);
      if ((await changes.records()).some(isErasable)) await changes.eraseExpired();
    };
    await changeKeys(deps, SCHEDULE, change, step ? await prepareKey(deps) : undefined);
  };
}

/** Step after step: the place of one that became active is taken by another at once. */
export async function followSchedule(changes: KeyChanges): Promise<void> {
  for (;;) {
    const keys = await changes.inForce();
    const step = decideRotation(keys, changes.isFit);
    if (!step) return;
    await STEPS[step](changes, keys);
  }
}

type Take = (changes: KeyChanges, keys: ReturnType<typeof keysInForce>) => Promise<void>;

const STEPS: Readonly<Record<RotationStep, Take>> = {
  make_next: (changes) => changes.makeNext(),
  replace_next: async (changes, { next }) => (next ? changes.replaceNext(next) : undefined),
  activate_next: (changes, keys) => changes.activateNext(keys),
};

/** Erasing it is a change, so it makes every process forget the key that verifies nothing any more. */
function isErasable({ key, isExpired }: SigningKeyRecord): boolean {
  return isExpired && key.sealedPrivateKey !== null;
}
