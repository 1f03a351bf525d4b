import { followSchedule } from './keep-keys.ts';
import {
  changeKeys,
  type KeyChanger,
  type KeyChanges,
  type KeyDeps,
  prepareKey,
  readRecords,
} from './key-changes.ts';
import { activatesAt, type KeysInForce, keysInForce } from './rotation.ts';

/** How the keys are after a rotation was asked for. */
export type Rotation = Readonly<{
  /** The `kid` of the key that signs now. */
  active: string;
  /** The `kid` of the one that follows it; `null` where there is none yet. */
  next: string | null;
  /**
   * From when on the key that this rotation is about signs: that of `next` where
   * it has to be published for longer, and otherwise since when `active` does.
   */
  activatesAt: Date;
  /** Whether the key that this rotation is about signs already, as `active`. */
  hasRotated: boolean;
}>;

/**
 * Has the next key sign in the place of the active one: as soon as it has been
 * published for as long as an answer of JWKS is kept, or with `immediately` at
 * once. Tokens of the old one are good until they expire.
 *
 * Of callers at the same time one rotates, and the others are told of it.
 *
 * @throws {Unavailable}
 */
export type RotateKeys = (options: Readonly<{ immediately: boolean }>, by: KeyChanger) => Promise<Rotation>;

export function createRotateKeys(deps: KeyDeps): RotateKeys {
  return async ({ immediately }, by) => {
    const seen = kidOf(keysInForce(await readRecords(deps)));
    const change = async (changes: KeyChanges) => {
      const before = await changes.inForce();
      // Somebody else has rotated since we looked: this is what was asked for.
      if (kidOf(before) === seen) await rotate(changes, before, immediately);
      return rotationOf(await changes.inForce(), seen);
    };
    return changeKeys(deps, by, change, await prepareKey(deps));
  };
}

async function rotate(changes: KeyChanges, before: KeysInForce, immediately: boolean): Promise<void> {
  if (!before.next) await changes.makeNext();
  else if (!changes.isFit(before.next)) await changes.replaceNext(before.next);
  const keys = await changes.inForce();
  if (immediately) await changes.activateNext(keys);
  else if (keys.next && !keys.next.isAskedFor) await changes.askFor(keys.next);
  await followSchedule(changes);
}

function rotationOf(keys: KeysInForce, seen: string | null): Rotation {
  const { active, next } = keys;
  if (!active) throw new Error('A rotation has left no active key');
  const hasRotated = active.key.kid !== seen;
  const isActiveSince = active.activatedAt ?? active.createdAt;
  return {
    active: active.key.kid,
    next: next?.key.kid ?? null,
    hasRotated,
    activatesAt: (hasRotated ? null : activatesAt(keys)) ?? isActiveSince,
  };
}

function kidOf({ active }: KeysInForce): string | null {
  return active?.key.kid ?? null;
}
