import type { TenantId } from '../../core/kernel/ids.ts';
import type { Revocation, RevocationLog } from '../../core/revocation/index.ts';
import type { Database, Draft } from './database.ts';
import type { SessionRow } from './tables.ts';

/** What the commits to an in-process database have revoked, in their order. The mark counts them. */
export function createRevocationLog(database: Pick<Database, 'onCommit'>): RevocationLog {
  const log: Revocation[] = [];
  database.onCommit((before, after, touched) => {
    log.push(...revocationsBetween(before, after, touched));
  });

  return {
    async since(mark) {
      const from = mark === null ? log.length : Number(mark);
      return { mark: String(log.length), isReset: false, revocations: log.slice(from) };
    },
  };
}

/** Rows are never altered, only replaced: what is another object has changed. */
function revocationsBetween(
  before: Draft,
  after: Draft,
  touched: readonly TenantId[],
): readonly Revocation[] {
  return [
    ...[...before.globals.tenants]
      .filter(([id, tenant]) => after.globals.tenants.get(id) !== tenant)
      .map(([tenantId]) => ({ kind: 'tenant', tenantId }) as const),
    ...touched.flatMap((tenantId) => revocationsOf(tenantId, before, after)),
    ...(isSameMap(before.globals.signingKeys, after.globals.signingKeys)
      ? []
      : [{ kind: 'signing_keys' } as const]),
  ];
}

function revocationsOf(tenantId: TenantId, before: Draft, after: Draft): readonly Revocation[] {
  const [old, now] = [before.tablesOf(tenantId), after.tablesOf(tenantId)];
  const users = [...old.users]
    .filter(([id, user]) => now.users.get(id) !== user)
    .map(([userId]) => ({ kind: 'user', tenantId, userId }) as const);
  const sessions = [...old.sessions]
    .filter(([id, row]) => !isSameSession(row, now.sessions.get(id)))
    .map(([sessionId]) => ({ kind: 'session', tenantId, sessionId }) as const);
  return [...users, ...sessions];
}

/** A rotation, and a note of when it was seen, revoke nothing. */
function isSameSession(before: SessionRow, after: SessionRow | undefined): boolean {
  return (
    after !== undefined &&
    before.facts === after.facts &&
    before.end === after.end &&
    before.stepUpAt === after.stepUpAt
  );
}

function isSameMap(left: ReadonlyMap<string, unknown>, right: ReadonlyMap<string, unknown>): boolean {
  return left.size === right.size && [...left].every(([key, value]) => right.get(key) === value);
}
