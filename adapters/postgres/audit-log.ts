import { eq, isNull, sql } from 'drizzle-orm';
import { AUDIT_EVENT_TYPES, type AuditLog, type NewAuditEvent } from '../../core/audit/index.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { CryptoPrimitives } from '../../core/kernel/ports.ts';
import { auditEvents, auditPersonal } from './schema/audit.ts';
import type { Transaction } from './transaction.ts';

const SALT_BYTES = 16;

export function createAuditLog(tx: Transaction, tenantId: TenantId, crypto: CryptoPrimitives): AuditLog {
  return {
    record: (event) => insert(tx, tenantId, crypto, event),

    async recordOncePerMinute(event) {
      const { type, actor, data } = event;
      // Concurrent refusals of one actor on one route queue up here; the first tells, the others see it.
      await tx.execute(
        sql`SELECT pg_advisory_xact_lock(hashtextextended(
          ${`${tenantId}:${type}:${actor.type}:${actor.id}:${data.route}`}, 0))`,
      );
      const isByActor = actor.id === null ? isNull(auditEvents.actorId) : eq(auditEvents.actorId, actor.id);
      // now(), not clock_timestamp(): a stable bound lets Postgres skip the other months' partitions.
      const { rows } = await tx.execute(sql`
        SELECT FROM ${auditEvents}
        WHERE ${auditEvents.tenantId} = ${tenantId} AND ${isByActor}
          AND ${auditEvents.actorType} = ${actor.type} AND ${auditEvents.type} = ${type}
          AND ${auditEvents.data} ->> 'route' = ${data.route}
          AND ${auditEvents.createdAt} > now() - interval '1 minute'
        LIMIT 1`);
      if (rows.length === 0) await insert(tx, tenantId, crypto, event);
    },
  };
}

/** One statement for both rows, so that they carry the same time and neither is without the other. */
async function insert(
  tx: Transaction,
  tenantId: TenantId,
  crypto: CryptoPrimitives,
  event: NewAuditEvent,
): Promise<void> {
  const id = crypto.newId();
  const { category, severity } = AUDIT_EVENT_TYPES[event.type];
  const { ip, userAgent, requestId } = event.context;
  await tx.execute(sql`
    WITH event AS (
      INSERT INTO ${auditEvents} (
        tenant_id, id, type, category, severity, outcome,
        actor_type, actor_id, target_type, target_id, request_id, data
      ) VALUES (
        ${tenantId}, ${id}, ${event.type}, ${category}, ${severity}, ${event.outcome},
        ${event.actor.type}, ${event.actor.id}, ${event.target.type}, ${event.target.id}, ${requestId},
        ${JSON.stringify(event.data ?? {})}
      ) RETURNING created_at
    )
    INSERT INTO ${auditPersonal} (tenant_id, event_id, created_at, salt, ip, user_agent, addresses)
    SELECT ${tenantId}::uuid, ${id}::uuid, created_at, ${Buffer.from(crypto.randomBytes(SALT_BYTES))}::bytea,
      ${ip}::text, ${userAgent}::text, ${JSON.stringify(event.addresses ?? {})}::jsonb
    FROM event`);
}
