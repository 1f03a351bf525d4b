import { Unavailable } from '../../core/kernel/errors.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { PasswordHasher } from '../../core/passwords/index.ts';

/** A hasher that costs nothing and tells what it was asked to do. */
export type FakeHasher = PasswordHasher & {
  /** How often something was compared, or the time of a comparison taken for nothing. */
  comparisons(): number;
  /** How many hashes were made. */
  hashes(): number;
  /** From now on hashes are made under other parameters. */
  strengthen(): void;
  /** From now on there is no turn to be had: for that tenant, or for anybody where none is named. */
  overload(tenantId?: TenantId): void;
  /** Runs `task` while the next comparison is made: after the look-up, before the lock. */
  duringNextComparison(task: () => Promise<void>): void;
};

const PHC = /^fake\$(\d+)\$\d+\$(.*)$/s;

/** Keeps the promises of {@link PasswordHasher} but that of being hard to reverse. */
export function fakeHasher(strength = 1): FakeHasher {
  const counts = { comparisons: 0, hashes: 0 };
  const turnedAway = new Set<TenantId | undefined>();
  let meanwhile = async (): Promise<void> => undefined;

  const takeTurn = (kind: keyof typeof counts, tenantId: TenantId): void => {
    if (turnedAway.has(tenantId) || turnedAway.has(undefined)) throw new Unavailable();
    counts[kind] += 1;
  };
  const compare = async (tenantId: TenantId, isRight: boolean): Promise<boolean> => {
    takeTurn('comparisons', tenantId);
    const task = meanwhile;
    meanwhile = async () => undefined;
    await task();
    return isRight;
  };

  return {
    async hash(password, tenantId) {
      takeTurn('hashes', tenantId);
      return `fake$${strength}$${counts.hashes}$${password}`;
    },
    verify: (phc, password, tenantId) => compare(tenantId, PHC.exec(phc)?.[2] === password),
    async verifyNothing(tenantId) {
      await compare(tenantId, false);
      return false;
    },
    needsRehash: (phc) => PHC.exec(phc)?.[1] !== String(strength),
    comparisons: () => counts.comparisons,
    hashes: () => counts.hashes,
    strengthen() {
      strength += 1;
    },
    overload(tenantId) {
      turnedAway.add(tenantId);
    },
    duringNextComparison(task) {
      meanwhile = task;
    },
  };
}
