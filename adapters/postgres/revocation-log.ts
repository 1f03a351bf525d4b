import type pg from 'pg';
import { Unavailable } from '../../core/kernel/errors.ts';
import type { SessionId, TenantId, UserId } from '../../core/kernel/ids.ts';
import type { Revocation, RevocationKind, RevocationLog } from '../../core/revocation/index.ts';
import { createQuery } from './query.ts';

/** What is read at once, or told of one transaction. More than that is not told but forgotten altogether. */
export const REVOCATIONS_MAX = 10_000;

const SINCE = {
  name: 'revocations_since',
  text: 'SELECT *, pg_is_in_recovery() AS is_replica FROM gatehouse.revocations_since($1, $2)',
};

/** A revocation as it is stored. */
export type RevocationRow = Readonly<{
  kind: RevocationKind;
  tenant_id: TenantId | null;
  subject_id: string | null;
}>;

type Row = Readonly<{ mark: string; is_reset: boolean; is_replica: boolean }> &
  (RevocationRow | Readonly<{ kind: null }>);

/**
 * The revocations that every process writes, read by what became visible.
 *
 * The mark holds the snapshot of the reading before (`pg_current_snapshot()`): a
 * row of a transaction that it does not show is new, however late it committed.
 * It holds besides which start of which server gave it, and of which files: where
 * that is another, or the snapshot is older than the mark's, the database was
 * restored, or rows went without being told. It holds the moment of the reading
 * too, by the server's clock: half a minute later everything counts as changed.
 *
 * A replica is refused (`Unavailable`): it is behind, and its snapshots do not
 * show what is under way.
 */
export function createRevocationLog(pool: pg.Pool): RevocationLog {
  const query = createQuery(pool);

  return {
    async since(mark) {
      const { rows } = await query<Row>({ ...SINCE, values: [mark, REVOCATIONS_MAX + 1] });
      const [first] = rows;
      if (!first) throw new Error('revocations_since answered nothing');
      // What a replica shows is as old as it pleases, and its snapshots do not tell what is under way.
      if (first.is_replica) throw new Unavailable(1, { cause: new Error('The database is a replica') });
      const isReset = first.is_reset || rows.length > REVOCATIONS_MAX;
      const told = isReset ? [] : rows.flatMap((row) => (row.kind === null ? [] : [toRevocation(row)]));
      return { mark: first.mark, isReset, revocations: told };
    },
  };
}

/** What a stored row tells. */
export function toRevocation({ kind, tenant_id, subject_id }: RevocationRow): Revocation {
  if (kind === 'signing_keys') return { kind };
  if (tenant_id === null) throw new Error(`A revocation of the kind ${kind} names no tenant`);
  if (kind === 'tenant') return { kind, tenantId: tenant_id };
  if (subject_id === null) throw new Error(`A revocation of the kind ${kind} names no subject`);
  return kind === 'session'
    ? { kind, tenantId: tenant_id, sessionId: subject_id as SessionId }
    : { kind, tenantId: tenant_id, userId: subject_id as UserId };
}
