import { encodeBase64Url } from '../../core/kernel/base64url.ts';
import { type AddressTargetRepository, TARGETS_COUNTED_MAX } from '../../core/protection/index.ts';
import type { RepositoryContext } from './tables.ts';
import { secondsAfter } from './time.ts';

/** For whom wrong passwords were meant in one tenant, as a draft sees it. */
export function createAddressTargetRepository({
  tables: { addressTargets },
  clock,
}: RepositoryContext): AddressTargetRepository {
  return {
    async note({ address, target, windowSeconds }) {
      const now = clock.now();
      const [from, to] = [encodeBase64Url(address), encodeBase64Url(target)];
      const counting = new Map([...(addressTargets.get(from) ?? [])].filter(([, until]) => until > now));
      const isNew = !counting.has(to);
      counting.set(to, secondsAfter(now, windowSeconds));
      addressTargets.set(from, counting);
      return { targets: Math.min(counting.size, TARGETS_COUNTED_MAX), isNew };
    },
  };
}
