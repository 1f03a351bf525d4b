import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../../adapters/crypto/node-crypto.ts';
import { createSecretBox } from '../../adapters/crypto/secret-box.ts';
import { createSystemAccess } from '../../adapters/postgres/system-access.ts';
import { createUnitOfWork } from '../../adapters/postgres/unit-of-work.ts';
import { userActor } from '../../core/audit/index.ts';
import type { TenantId, UserId } from '../../core/kernel/ids.ts';
import { email, tenantSlug } from '../support/parsed.ts';
import { createTestDatabase } from '../support/postgres.ts';

const TABLES = ['audit_events', 'audit_personal'] as const;
const TENANT = '01900000-0000-7000-8000-000000000001' as TenantId;
const OTHER_TENANT = '01900000-0000-7000-8000-000000000002' as TenantId;
/** The years of these tests lie beyond the partitions that the real clock has made. */
const RETENTION_MAX = 2400;

describe('an event', () => {
  it('lies with its personal part in the partition of its month', async () => {
    const { admin, unitOfWork } = await auditDatabase();

    await unitOfWork.run(TENANT, ({ audit }) => audit.record(newEvent()));

    const places = await rowsOf(
      admin,
      `SELECT e.tableoid::regclass::text AS event, p.tableoid::regclass::text AS personal,
         to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY_MM') AS month
       FROM gatehouse.audit_events e JOIN gatehouse.audit_personal p
         ON p.tenant_id = e.tenant_id AND p.created_at = e.created_at AND p.event_id = e.id`,
    );
    const [{ month } = { month: '' }] = places;
    expect(places).toEqual([
      { event: `gatehouse.audit_events_${month}`, personal: `gatehouse.audit_personal_${month}`, month },
    ]);
  });

  // Rule 32.
  it('is written with the change that it records, or neither is', async () => {
    const { admin, unitOfWork } = await auditDatabase();
    await unitOfWork.run(TENANT, ({ tenants }) =>
      tenants.insert({ id: TENANT, slug: tenantSlug('acme'), name: 'Acme' }),
    );
    const change = (change: 'kept' | 'undone') =>
      unitOfWork.run(TENANT, async ({ users, audit }) => {
        await users.insert(newUser(change));
        await audit.record(newEvent());
        if (change === 'undone') throw new Error('changed my mind');
      });

    await expect(change('undone')).rejects.toThrow('changed my mind');
    const undone = await countsOf(admin, ['users', ...TABLES]);
    await change('kept');

    expect(undone).toEqual([0, 0, 0]);
    expect(await countsOf(admin, ['users', ...TABLES])).toEqual([1, 1, 1]);
  });
});

describe('audit_partitions', () => {
  it('makes this and the next three months, over the turn of a year', async () => {
    const { admin, system } = await auditDatabase();

    await makePartitions(system, '2131-12-15T12:00:00Z');

    const months = ['2131_12', '2132_01', '2132_02', '2132_03'];
    expect(await partitionsOf(admin, '213')).toEqual(months.map((month) => [month, month]));
  });

  // Months are those of UTC, whatever zone the session is in.
  it('puts the last moment of a year and the first of the next one in their own months', async () => {
    const { admin } = await auditDatabase();
    await admin.query(`SET TIME ZONE 'Pacific/Auckland'`);
    await makePartitions(admin, '2131-12-31T23:59:59Z');

    await insertAt(admin, TENANT, '2131-12-31T23:59:59.999Z');
    await insertAt(admin, TENANT, '2132-01-01T00:00:00.000Z');

    expect(await placesOf(admin)).toEqual([
      ['2131-12-31T23:59:59.999Z', '2131_12', '2131_12'],
      ['2132-01-01T00:00:00.000Z', '2132_01', '2132_01'],
    ]);
  });

  it('takes the month of UTC as this month, where the session has another year already', async () => {
    const { admin } = await auditDatabase();
    await admin.query(`SET TIME ZONE 'Pacific/Auckland'`);

    await makePartitions(admin, '2131-12-31T23:59:59Z');

    expect((await partitionsOf(admin, '213')).at(0)).toEqual(['2131_12', '2131_12']);
  });

  it('moves what the default partition has caught into the months that it makes, whole', async () => {
    const { admin, system } = await auditDatabase();
    const instants = ['2131-12-15T12:00:00.000Z', '2132-01-01T00:00:00.000Z', '2140-05-05T05:05:05.000Z'];
    for (const instant of instants) {
      await insertAt(admin, TENANT, instant);
      await insertAt(admin, OTHER_TENANT, instant);
    }
    const before = await contentsOf(admin);

    await makePartitions(system, '2131-12-15T12:00:00Z');
    await insertAt(admin, TENANT, '2150-01-01T00:00:00.000Z');

    expect(await placesOf(admin)).toEqual([
      ['2131-12-15T12:00:00.000Z', '2131_12', '2131_12'],
      ['2131-12-15T12:00:00.000Z', '2131_12', '2131_12'],
      ['2132-01-01T00:00:00.000Z', '2132_01', '2132_01'],
      ['2132-01-01T00:00:00.000Z', '2132_01', '2132_01'],
      ['2140-05-05T05:05:05.000Z', 'default', 'default'],
      ['2140-05-05T05:05:05.000Z', 'default', 'default'],
      ['2150-01-01T00:00:00.000Z', 'default', 'default'],
    ]);
    await admin.query(`DELETE FROM gatehouse.audit_events WHERE created_at > '2145-01-01'`);
    await admin.query(`DELETE FROM gatehouse.audit_personal WHERE created_at > '2145-01-01'`);
    expect(await contentsOf(admin)).toEqual(before);
  });

  it('makes up for months in which nobody called it, and lets go of those past retention', async () => {
    const { admin, system } = await auditDatabase();
    for (const instant of ['2130-01-15T12:00:00.000Z', '2131-06-15T12:00:00.000Z']) {
      await insertAt(admin, TENANT, instant);
    }

    await makePartitions(system, '2131-12-15T12:00:00Z', 12);

    expect(await placesOf(admin)).toEqual([['2131-06-15T12:00:00.000Z', '2131_06', '2131_06']]);
    expect((await partitionsOf(admin, '2131')).map(([events]) => events)).toEqual(['2131_06', '2131_12']);
  });

  it('makes partitions behind row-level security: each tenant finds its own moved rows, and only those', async () => {
    const { admin, system, app } = await auditDatabase();
    await insertAt(admin, TENANT, '2131-12-15T12:00:00.000Z');
    await insertAt(admin, OTHER_TENANT, '2131-12-15T12:00:00.000Z');

    await makePartitions(system, '2131-12-15T12:00:00Z');

    const isolation = await rowsOf(
      admin,
      `SELECT relrowsecurity AND relforcerowsecurity AS is_forced, relacl,
         (SELECT array_agg(policyname::text) FROM pg_policies WHERE tablename = relname) AS policies
       FROM pg_class WHERE oid = 'gatehouse.audit_events_2131_12'::regclass`,
    );
    expect(isolation).toEqual([{ is_forced: true, relacl: null, policies: ['audit_events_2131_12_owner'] }]);
    await app.query('BEGIN');
    await app.query(`SELECT set_config('app.tenant_id', $1, true)`, [TENANT]);
    const seen = await rowsOf(app, 'SELECT tenant_id FROM gatehouse.audit_events');
    await app.query('COMMIT');
    expect(seen).toEqual([{ tenant_id: TENANT }]);
  });

  it('drops whole months past the retention, and nothing younger', async () => {
    const { admin, system } = await auditDatabase();
    await makePartitions(system, '2129-10-15T12:00:00Z');
    await makePartitions(system, '2131-12-31T23:59:59Z');
    for (const instant of [
      '2129-11-30T23:59:59.999Z',
      '2129-12-01T00:00:00.000Z',
      '2131-12-01T00:00:00.000Z',
    ]) {
      await insertAt(admin, TENANT, instant);
    }

    await makePartitions(system, '2131-12-31T23:59:59Z', 24);

    expect(await placesOf(admin)).toEqual([
      ['2129-12-01T00:00:00.000Z', '2129_12', '2129_12'],
      ['2131-12-01T00:00:00.000Z', '2131_12', '2131_12'],
    ]);
    const kept = ['2129_12', '2130_01', '2131_12', '2132_01', '2132_02', '2132_03'];
    expect(await partitionsOf(admin, '2')).toEqual(kept.map((month) => [month, month]));
  });

  it('refuses a retention that would drop the present', async () => {
    const { admin, system } = await auditDatabase();
    const before = await partitionsOf(admin, '2');

    await expect(makePartitions(system, '2131-12-15T12:00:00Z', 0)).rejects.toThrow('at least 1');

    expect(await partitionsOf(admin, '2')).toEqual(before);
  });

  it('may be called by the system alone, as often as it likes', async () => {
    const { app, system } = await auditDatabase();
    const { keepAuditPartitions } = createSystemAccess(system);

    await keepAuditPartitions(24);
    await keepAuditPartitions(24);

    await expect(makePartitions(app, '2131-12-15T12:00:00Z')).rejects.toMatchObject({ code: '42501' });
  });

  // Whoever signs in writes an event: nobody may wait behind the one who waits for the table.
  it('gives up soon where the table is in use, changes nothing, and does it when called again', async () => {
    const { admin, system, unitOfWork } = await auditDatabase();
    const missing = await dropNewest(admin);
    const { keepAuditPartitions } = createSystemAccess(system);

    const refusal = await unitOfWork.run(TENANT, async ({ audit }) => {
      await audit.record(newEvent());
      return keepAuditPartitions(24).catch((error: unknown) => error);
    });
    const meanwhile = await partitionsOf(admin, missing);
    await keepAuditPartitions(24);

    expect(refusal).toMatchObject({ code: 'unavailable', cause: { sqlState: '55P03' } });
    expect(meanwhile).toEqual([]);
    expect(await partitionsOf(admin, missing)).toEqual([[missing, missing]]);
  });

  // The turn of a month that nobody prepared: what is written meanwhile lies in the default partition, and moves.
  it('lets everybody write on while it moves the month under way, and loses nothing', async () => {
    const { admin, system, unitOfWork } = await auditDatabase();
    const [month = ''] = (await partitionsOf(admin, '2'))[0] ?? [];
    await admin.query(`DROP TABLE gatehouse.audit_events_${month}, gatehouse.audit_personal_${month}`);
    const { keepAuditPartitions } = createSystemAccess(system);
    let [written, isMade] = [0, false];
    const writeOn = async () => {
      for (; !isMade || written < 50; written += 1)
        await unitOfWork.run(TENANT, ({ audit }) => audit.record(newEvent()));
    };

    const writers = [writeOn(), writeOn()];
    await expect.poll(() => written).toBeGreaterThan(20);
    // It waits for no lock over 100 ms, so that a busy table may want to be asked for more than once.
    await expect.poll(() => keepAuditPartitions(24).then(() => true, codeOf), { timeout: 20_000 }).toBe(true);
    isMade = true;
    await Promise.all(writers);

    expect(await countsOf(admin, TABLES)).toEqual([written, written]);
    const places = await placesOf(admin);
    expect(new Set(places.flatMap(([, event, personal]) => [event, personal]))).toEqual(new Set([month]));
  });

  it('leaves one set of partitions, however many workers make them at once', async () => {
    const { admin, database } = await auditDatabase();
    const workers = database.pool('gatehouse_system', 4);

    await Promise.allSettled([1, 2, 3, 4].map(() => makePartitions(workers, '2131-12-15T12:00:00Z')));
    await makePartitions(workers, '2131-12-15T12:00:00Z');

    expect((await partitionsOf(admin, '213')).map(([month]) => month)).toEqual([
      ...['2131_12', '2132_01', '2132_02', '2132_03'],
    ]);
  });
});

async function auditDatabase() {
  const database = await createTestDatabase();
  const app = database.pool('gatehouse_app', 2);
  const crypto = createNodeCrypto({ now: () => new Date() });
  const box = createSecretBox(['a secret key for tests, long enough']);
  return {
    database,
    app,
    admin: database.pool(null, 1),
    system: database.pool('gatehouse_system', 1),
    unitOfWork: createUnitOfWork({ pool: app, crypto, box }),
  };
}

function newEvent() {
  return {
    type: 'login.succeeded',
    outcome: 'success',
    actor: userActor('01900000-0000-7000-8000-00000000000a'),
    target: { type: 'session', id: null },
    context: { ip: '203.0.113.7', userAgent: 'a browser', requestId: 'r1' },
  } as const;
}

function newUser(name: string) {
  return {
    id: '01900000-0000-7000-8000-00000000000a' as UserId,
    email: email(`${name}@example.test`),
    emailVerified: false,
    username: null,
    name,
    locale: null,
    passwordHash: null,
    roles: [],
  };
}

async function makePartitions(pool: pg.Pool, today: string, retentionMonths = RETENTION_MAX): Promise<void> {
  await pool.query('SELECT gatehouse.audit_partitions($1, $2)', [retentionMonths, today]);
}

/** An event and its personal part as of a time of the test's choice. */
async function insertAt(admin: pg.Pool, tenantId: TenantId, instant: string): Promise<void> {
  await admin.query(
    `WITH event AS (
       INSERT INTO gatehouse.audit_events (tenant_id, id, created_at, type, category, severity, outcome,
         actor_type, target_type)
       VALUES ($1, gen_random_uuid(), $2, 'login.succeeded', 'sign_in', 'info', 'success', 'system', 'session')
       RETURNING id
     )
     INSERT INTO gatehouse.audit_personal (tenant_id, event_id, created_at, salt, ip)
     SELECT $1, id, $2, '\\x00', '203.0.113.7' FROM event`,
    [tenantId, instant],
  );
}

/** Of each event its time and the months of the partitions that it and its personal part lie in. */
async function placesOf(admin: pg.Pool): Promise<readonly (readonly [string, string, string])[]> {
  const rows = await rowsOf<{ at: Date; event: string; personal: string }>(
    admin,
    `SELECT e.created_at AS at, e.tableoid::regclass::text AS event, p.tableoid::regclass::text AS personal
     FROM gatehouse.audit_events e JOIN gatehouse.audit_personal p
       ON p.tenant_id = e.tenant_id AND p.created_at = e.created_at AND p.event_id = e.id
     ORDER BY e.created_at, e.tenant_id`,
  );
  return rows.map(({ at, event, personal }) => [
    at.toISOString(),
    event.replace('gatehouse.audit_events_', ''),
    personal.replace('gatehouse.audit_personal_', ''),
  ]);
}

/** The months, beginning with `prefix`, that there are partitions of: of the events and of the personal parts. */
async function partitionsOf(admin: pg.Pool, prefix: string): Promise<readonly (readonly [string, string])[]> {
  const rows = await rowsOf<{ event: string; personal: string }>(
    admin,
    `SELECT coalesce(e.month, 'none') AS event, coalesce(p.month, 'none') AS personal
     FROM (${monthsOf('audit_events')}) e FULL JOIN (${monthsOf('audit_personal')}) p USING (month)
     WHERE starts_with(month, $1) ORDER BY month`,
    [prefix],
  );
  return rows.map(({ event, personal }) => [event, personal]);
}

function monthsOf(parent: string): string {
  return `SELECT substr(c.relname, ${parent.length + 2}) AS month FROM pg_inherits i JOIN pg_class c
    ON c.oid = i.inhrelid WHERE i.inhparent = 'gatehouse.${parent}'::regclass`;
}

/** Every row of both tables, as text. */
async function contentsOf(admin: pg.Pool): Promise<readonly unknown[]> {
  return rowsOf(
    admin,
    `SELECT to_jsonb(e)::text AS row FROM gatehouse.audit_events e
     UNION ALL SELECT to_jsonb(p)::text FROM gatehouse.audit_personal p ORDER BY 1`,
  );
}

/** Drops the newest month, as if the time had come to make it. Answers which. */
async function dropNewest(admin: pg.Pool): Promise<string> {
  const months = await partitionsOf(admin, '2');
  const [month = ''] = months.at(-1) ?? [];
  await admin.query(`DROP TABLE gatehouse.audit_events_${month}, gatehouse.audit_personal_${month}`);
  return month;
}

function codeOf(failure: unknown): unknown {
  return failure instanceof Error && 'code' in failure ? failure.code : failure;
}

async function countsOf(admin: pg.Pool, tables: readonly string[]): Promise<readonly unknown[]> {
  const counts: unknown[] = [];
  for (const table of tables) {
    const [row] = await rowsOf<{ count: number }>(admin, `SELECT count(*) FROM gatehouse.${table}`);
    counts.push(row?.count);
  }
  return counts;
}

async function rowsOf<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return (await pool.query<Row>(text, values)).rows;
}
