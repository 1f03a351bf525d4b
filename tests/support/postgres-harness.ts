import type pg from 'pg';
import { createNodeCrypto } from '../../adapters/crypto/node-crypto.ts';
import { createSecretBox } from '../../adapters/crypto/secret-box.ts';
import { createAttemptStore } from '../../adapters/postgres/attempts.ts';
import { createCredentialLookup } from '../../adapters/postgres/credential-lookup.ts';
import { createDevMailbox } from '../../adapters/postgres/dev-mailbox.ts';
import { createMailJournal } from '../../adapters/postgres/mail-journal.ts';
import { createMailQueue } from '../../adapters/postgres/mail-queue.ts';
import { createRevocationLog } from '../../adapters/postgres/revocation-log.ts';
import { createSessionStore } from '../../adapters/postgres/session-store.ts';
import { createTenantDirectory } from '../../adapters/postgres/tenant-directory.ts';
import { createUnitOfWork } from '../../adapters/postgres/unit-of-work.ts';
import type { AuditActor } from '../../core/audit/index.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import {
  GRACE_SECONDS,
  type HarnessOptions,
  type RecordedEvent,
  type StoreHarness,
} from '../contracts/harness.ts';
import { tenantSlug } from './parsed.ts';
import { createTestDatabase } from './postgres.ts';

/** The Postgres adapter behind the harness of the contracts, over a database of the test's own. */
export async function postgresHarness({
  graceSeconds = GRACE_SECONDS,
}: HarnessOptions = {}): Promise<StoreHarness> {
  const database = await createTestDatabase();
  const pool = database.pool('gatehouse_app');
  const systemPool = database.pool('gatehouse_system');
  const admin = database.pool(null, 1);
  const crypto = createNodeCrypto({ now: () => new Date() });
  const box = createSecretBox(['a secret key for tests, long enough']);
  const unitOfWork = createUnitOfWork({ pool, crypto, box });
  const devMailbox = createDevMailbox(systemPool);

  return {
    ...{ unitOfWork, crypto, devMailbox },
    devTransport: devMailbox,
    tenantDirectory: createTenantDirectory(pool),
    sessionStore: createSessionStore({ pool, graceSeconds }),
    revocationLog: createRevocationLog(pool),
    credentialLookup: createCredentialLookup(pool),
    attemptStore: createAttemptStore(pool),
    mailQueue: createMailQueue({ pool: systemPool, box }),
    mailJournal: createMailJournal(systemPool),
    marginSeconds: 5,
    async makeTenant(slug) {
      const id = crypto.newId() as TenantId;
      const wanted = { id, slug: tenantSlug(slug ?? `t${id.replaceAll('-', '')}`), name: slug ?? 'A tenant' };
      const tenant = await unitOfWork.run(id, ({ tenants }) => tenants.insert(wanted));
      if (!tenant) throw new Error(`The slug ${slug} is taken`);
      return tenant;
    },
    passTime: (seconds) => ageRows(admin, seconds),
    async setUserStatus(tenantId, userId, status) {
      await admin.query(
        `UPDATE gatehouse.users SET status = $3, credential_version = credential_version + 1
         WHERE tenant_id = $1 AND id = $2`,
        [tenantId, userId, status],
      );
    },
    async setTenantStatus(tenantId, status) {
      await admin.query('UPDATE gatehouse.tenants SET status = $2 WHERE id = $1', [tenantId, status]);
    },
    async setTenantSettings(tenantId, settings) {
      await admin.query('UPDATE gatehouse.tenants SET settings = $2 WHERE id = $1', [
        tenantId,
        JSON.stringify(settings),
      ]);
    },
    auditOf: (tenantId) => readAudit(admin, tenantId),
  };
}

/**
 * Lets time pass by moving every stored timestamp back: Postgres judges by its own clock, which no test can
 * move (rule 34). In all tables, those to come too, but for tenants and migrations, whose times decide nothing.
 *
 * @param admin connections of a superuser, whom row-level security does not bind
 */
async function ageRows(admin: pg.Pool, seconds: number): Promise<void> {
  const { rows } = await admin.query<{ table: string; columns: string[]; lists: string[] }>(TIMESTAMPS);
  const age = `make_interval(secs => ${seconds})`;
  const updates = rows.map(({ table, columns, lists }) => {
    const aged = [
      ...columns.map((column) => `"${column}" = "${column}" - ${age}`),
      ...lists.map((list) => `"${list}" = ARRAY(SELECT one - ${age} FROM unnest("${list}") one)`),
    ];
    return `UPDATE gatehouse."${table}" SET ${aged.join(', ')}`;
  });
  // One message without BEGIN is one transaction.
  await admin.query(updates.join('; '));
}

const TIMESTAMPS = `
  SELECT c.relname AS table,
    array_agg(a.attname::text) FILTER (WHERE a.atttypid = 'timestamptz'::regtype) AS columns,
    coalesce(array_agg(a.attname::text) FILTER (WHERE a.atttypid = 'timestamptz[]'::regtype), '{}') AS lists
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relnamespace = 'gatehouse'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.atttypid IN ('timestamptz'::regtype, 'timestamptz[]'::regtype) AND NOT a.attisdropped
    AND c.relname NOT IN ('migrations', 'tenants')
  GROUP BY c.relname`;

type AuditRow = Omit<RecordedEvent, 'actor' | 'target' | 'userAgent'> &
  Readonly<{
    actor_type: AuditActor['type'];
    actor_id: string | null;
    target_type: string;
    target_id: string | null;
    user_agent: string | null;
  }>;

/** The committed events of a tenant with their personal part, the oldest first. */
export async function readAudit(admin: pg.Pool, tenantId: TenantId): Promise<readonly RecordedEvent[]> {
  // Times go to the millisecond; where they are equal, the place in the file tells who was first.
  const { rows } = await admin.query<AuditRow>(
    `SELECT e.type, e.outcome, e.actor_type, e.actor_id, e.target_type, e.target_id, e.data,
       p.ip, p.user_agent, p.addresses
     FROM gatehouse.audit_events e JOIN gatehouse.audit_personal p
       ON p.tenant_id = e.tenant_id AND p.created_at = e.created_at AND p.event_id = e.id
     WHERE e.tenant_id = $1 ORDER BY e.created_at, e.ctid`,
    [tenantId],
  );
  return rows.map(toRecordedEvent);
}

function toRecordedEvent({
  actor_type: actorType,
  actor_id: actorId,
  target_type: targetType,
  target_id: targetId,
  user_agent: userAgent,
  ...event
}: AuditRow): RecordedEvent {
  const actor = { type: actorType, id: actorId } as AuditActor;
  return { ...event, actor, target: { type: targetType, id: targetId }, userAgent };
}
