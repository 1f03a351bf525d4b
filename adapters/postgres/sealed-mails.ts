import type pg from 'pg';
import type { SealedMails } from '../../core/installation/index.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { type SecretBox, SecretUnreadable } from '../../core/kernel/ports.ts';
import { outboxContext } from './outbox.ts';
import { createQuery } from './query.ts';

const BATCH = 100;

/** `$1`: how every box of the newest secret begins; `$2`, `$3`: the last one looked at, or null; `$4`: how many. */
const OUTDATED = `
  SELECT tenant_id, id, sealed_token, created_at::text FROM gatehouse.outbox
  WHERE status = 'waiting' AND sealed_token IS NOT NULL AND substr(sealed_token, 1, length($1::bytea)) <> $1::bytea
    AND ($2::timestamptz IS NULL OR (created_at, id) > ($2::timestamptz, $3::uuid))
  ORDER BY created_at, id LIMIT $4`;

const IS_IDLE = `o.status = 'waiting' AND (o.claimed_until IS NULL OR o.claimed_until <= clock_timestamp())`;

/** Lists of tenant, id, the box that was read, and the new one. Whoever has a row in hand keeps it, with its old box. */
const RESEAL = `
  WITH anew AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[]) AS a (tenant_id, id, old, box)
  ), idle AS (
    SELECT o.tenant_id, o.id, anew.box
    FROM anew JOIN gatehouse.outbox o ON o.tenant_id = anew.tenant_id AND o.id = anew.id
    WHERE ${IS_IDLE} AND o.sealed_token = anew.old
    FOR UPDATE OF o SKIP LOCKED
  )
  UPDATE gatehouse.outbox o SET sealed_token = idle.box FROM idle
  WHERE o.tenant_id = idle.tenant_id AND o.id = idle.id`;

type Row = Readonly<{ tenant_id: TenantId; id: string; sealed_token: Buffer; created_at: string }>;

export type SealedMailsDeps = Readonly<{
  /** Connections that act as `gatehouse_system`. */
  pool: pg.Pool;
  box: SecretBox;
  /** How many mails are looked at at once. Default is 100. */
  batch?: number;
}>;

/** The secrets in the outbox: a mark says which mail was looked at last, in the order in which they were queued. */
export function createSealedMails({ pool, box, batch = BATCH }: SealedMailsDeps): SealedMails {
  const query = createQuery(pool);

  return {
    async reseal(after) {
      const [createdAt, id] = after?.split(' / ') ?? [null, null];
      const head = Buffer.from(box.newestHead());
      const { rows } = await query<Row>(OUTDATED, [head, createdAt, id, batch]);
      const boxes = rows.flatMap((row) => resealed(row, box) ?? []);
      const { rowCount } = await query(RESEAL, [
        boxes.map(({ row }) => row.tenant_id),
        boxes.map(({ row }) => row.id),
        boxes.map(({ row }) => row.sealed_token),
        boxes.map(({ anew }) => anew),
      ]);
      const count = rowCount ?? 0;
      const last = rows.length === batch ? rows.at(-1) : undefined;
      return {
        resealed: count,
        left: rows.length - count,
        next: last ? `${last.created_at} / ${last.id}` : null,
      };
    },
  };
}

/** `null`: no secret at hand opens it. */
function resealed(row: Row, box: SecretBox): Readonly<{ row: Row; anew: Buffer }> | null {
  const context = outboxContext(row.tenant_id, row.id);
  try {
    return { row, anew: Buffer.from(box.seal(box.open(new Uint8Array(row.sealed_token), context), context)) };
  } catch (error) {
    if (error instanceof SecretUnreadable) return null;
    throw error;
  }
}
