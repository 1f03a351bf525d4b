import { encodeBase64Url } from '../../core/kernel/base64url.ts';
import type { OneTimeKind } from '../../core/kernel/one-time-text.ts';
import type { OneTimeToken, OneTimeTokenRepository } from '../../core/one-time-tokens/index.ts';
import type { OneTimeTokenRow, RepositoryContext } from './tables.ts';
import { secondsAfter } from './time.ts';

/** The one-time secrets of one tenant, as a draft sees them. */
export function createOneTimeTokenRepository({
  tables: { oneTimeTokens },
  clock,
  crypto,
}: RepositoryContext): OneTimeTokenRepository {
  const answer = (row: OneTimeTokenRow): OneTimeToken => {
    const { id, kind, subjectId, email } = row;
    return { id, kind, subjectId, email, state: stateOf(row, clock.now()) };
  };
  const spend = (key: string, row: OneTimeTokenRow): OneTimeTokenRow => {
    const spent = { ...row, spentAt: clock.now() };
    oneTimeTokens.set(key, spent);
    return spent;
  };

  return {
    async insert({ kind, hash, subjectId, email, lifetimeSeconds }) {
      const expiresAt = secondsAfter(clock.now(), lifetimeSeconds);
      const row = { id: crypto.newId(), kind, subjectId, email, expiresAt, spentAt: null };
      oneTimeTokens.set(keyOf(kind, hash), row);
    },
    async find(kind, hash) {
      const row = oneTimeTokens.get(keyOf(kind, hash));
      return row ? answer(row) : null;
    },
    async consume(kind, hash) {
      const row = oneTimeTokens.get(keyOf(kind, hash));
      if (!row || stateOf(row, clock.now()) !== 'live') return null;
      return answer(spend(keyOf(kind, hash), row));
    },
    async killAll(kind, of) {
      for (const [key, row] of oneTimeTokens) {
        const isMeant = 'email' in of ? row.email === of.email : row.subjectId === of.subjectId;
        if (row.kind === kind && isMeant && stateOf(row, clock.now()) === 'live') spend(key, row);
      }
    },
  };
}

function keyOf(kind: OneTimeKind, hash: Uint8Array): string {
  return `${kind}:${encodeBase64Url(hash)}`;
}

function stateOf({ spentAt, expiresAt }: OneTimeTokenRow, now: Date): OneTimeToken['state'] {
  if (spentAt) return 'used';
  return now < expiresAt ? 'live' : 'expired';
}
