import { describe, expect, it } from 'vitest';
import { REVOCATIONS_MAX } from '../../adapters/postgres/revocation-log.ts';
import { withTenant } from '../../adapters/postgres/transaction.ts';
import type { Revocation, RevocationLog } from '../../core/revocation/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  clientAs,
  ended,
  filledDatabase,
  OF_OTHER_SESSION,
  OF_SESSION,
  OTHER_SESSION,
  SESSION,
  TENANT,
} from './revocation-database.ts';

describe('a reader', () => {
  // The numbers of rows are given before the commit: whoever goes by them misses the lower one.
  it('is told of both of two transactions that commit in the other order than they wrote', async () => {
    const { database, log } = await filledDatabase();
    const { mark } = await log.since(null);
    const [first, second] = [await clientAs(database, null), await clientAs(database, null)];
    await first.query(`BEGIN; ${ended(SESSION)}`);
    await second.query(`BEGIN; ${ended(OTHER_SESSION)}`);

    await second.query('COMMIT');
    const between = await log.since(mark);
    await first.query('COMMIT');
    const after = await log.since(between.mark);
    for (const client of [first, second]) client.release();

    expect([between.revocations, after.revocations]).toEqual([[OF_OTHER_SESSION], [OF_SESSION]]);
  });

  it('who reads many times between a change and its commit is told of it then, and once', async () => {
    const { database, log } = await filledDatabase();
    const reader = readerOf(log);
    await reader();
    const changing = await clientAs(database, null);
    await changing.query(`BEGIN; ${ended(SESSION)}`);

    const before = [await reader(), await reader()];
    // Others commit meanwhile, and move on what is the newest transaction.
    const other = await clientAs(database, null);
    await other.query(ended(OTHER_SESSION));
    const between = [await reader(), await reader()];
    await changing.query('COMMIT');
    const after = [await reader(), await reader()];
    for (const client of [changing, other]) client.release();

    expect([before, between, after]).toEqual([
      [[], []],
      [[OF_OTHER_SESSION], []],
      [[OF_SESSION], []],
    ]);
  });

  it('is told nothing of a part of a transaction that was undone', async () => {
    const { database, log } = await filledDatabase();
    const { mark } = await log.since(null);
    const client = await clientAs(database, null);

    await client.query(
      `BEGIN; ${ended(SESSION)}; SAVEPOINT here; ${ended(OTHER_SESSION)}; ROLLBACK TO here; COMMIT`,
    );
    client.release();

    expect((await log.since(mark)).revocations).toEqual([OF_SESSION]);
  });

  it('who can be told all at once is, and who cannot has everything forgotten', async () => {
    const { log, admin } = await filledDatabase();
    const { mark } = await log.since(null);
    const tell = (count: number) =>
      admin.query(
        `INSERT INTO gatehouse.revocations (kind, tenant_id) SELECT 'tenant', $1 FROM generate_series(1, $2)`,
        [TENANT, count],
      );

    await tell(REVOCATIONS_MAX);
    const all = await log.since(mark);
    await tell(1);
    const tooMany = await log.since(mark);

    expect([all.isReset, all.revocations.length]).toEqual([false, REVOCATIONS_MAX]);
    expect([tooMany.isReset, tooMany.revocations]).toEqual([true, []]);
  });
});

describe('a mark', () => {
  it('of a newer database than this has everything forgotten, once', async () => {
    const { log } = await filledDatabase();
    const { mark } = await log.since(null);

    const reading = await log.since(mark.replace(/ \S+ /, ' 4000000000:4000000000: '));

    expect(reading).toMatchObject({ isReset: true, revocations: [] });
    expect(await log.since(reading.mark)).toMatchObject({ isReset: false, revocations: [] });
  });

  // The clock of a machine that sleeps stands still, and the rows of meanwhile have been swept when it wakes.
  it('that was read more than half a minute ago has everything forgotten, and one of just before not', async () => {
    const { log } = await filledDatabase();
    const { mark } = await log.since(null);
    const readAgo = (seconds: number) =>
      log.since(mark.replace(/\S+$/, (readAt) => String(Number(readAt) - seconds)));

    expect(await readAgo(31)).toMatchObject({ isReset: true });
    expect(await readAgo(10)).toMatchObject({ isReset: false });
  });

  it('of another start of the server has everything forgotten, though its transactions are no newer', async () => {
    const { log } = await filledDatabase();
    const { mark } = await log.since(null);

    expect(await log.since(mark.replace(/^[\d.]+/, '1700000000.5'))).toMatchObject({ isReset: true });
  });

  it('of the database that a copy was made of, and put in its place, has everything forgotten', async () => {
    const { database, log } = await filledDatabase();
    const { mark } = await log.since(null);
    const elsewhere = (await createTestDatabase()).pool(null, 1);
    const copy = `${database.name}_copy`;
    await elsewhere.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database.name}'`,
    );
    await elsewhere.query(`CREATE DATABASE ${copy} TEMPLATE ${database.name}`);
    await elsewhere.query(`DROP DATABASE ${database.name} WITH (FORCE)`);
    await elsewhere.query(`ALTER DATABASE ${copy} RENAME TO ${database.name}`);

    // The pool finds its connections gone, as in service.
    await log.since(mark).catch(() => undefined);
    expect(await log.since(mark)).toMatchObject({ isReset: true });
  });
});

// pg_dump takes the table along, and the counter of transactions stays behind.
it('rows of transactions that are still to come, as a dump brings them, are told to nobody', async () => {
  const { log, admin } = await filledDatabase();
  const { mark } = await log.since(null);
  await admin.query(
    `INSERT INTO gatehouse.revocations (kind, tenant_id, transaction) VALUES ('tenant', $1, '4000000000')`,
    [TENANT],
  );

  expect(await log.since(mark)).toMatchObject({ isReset: false, revocations: [] });
});

describe('a unit of work', () => {
  it('hands over what it has revoked before it resolves, and nothing that others have', async () => {
    const { database, log } = await filledDatabase();
    const handed: unknown[] = [];
    const pool = database.pool('gatehouse_app', 2);
    const other = await clientAs(database, null);
    await other.query(ended(OTHER_SESSION));
    other.release();

    await withTenant(
      pool,
      TENANT,
      (tx) => tx.execute(ended(SESSION)),
      (revocations) => handed.push(revocations),
    );
    await withTenant(
      pool,
      TENANT,
      (tx) => tx.execute('SELECT 1'),
      (revocations) => handed.push(revocations),
    );

    expect(handed).toEqual([[OF_SESSION]]);
    expect((await log.since(null)).revocations).toEqual([]);
  });

  it('hands over nothing that it has undone', async () => {
    const { database } = await filledDatabase();
    const handed: unknown[] = [];
    const attempt = withTenant(
      database.pool('gatehouse_app', 1),
      TENANT,
      async (tx) => {
        await tx.execute(ended(SESSION));
        throw new Error('changed my mind');
      },
      (revocations) => handed.push(revocations),
    );

    await expect(attempt).rejects.toThrow('changed my mind');
    expect(handed).toEqual([]);
  });

  it('says that it is too much to tell where it is', async () => {
    const { database } = await filledDatabase();
    const handed: (readonly Revocation[] | null)[] = [];
    const many = (count: number) =>
      withTenant(
        database.pool('gatehouse_app', 1),
        TENANT,
        (tx) =>
          tx.execute(
            `INSERT INTO gatehouse.revocations (kind, tenant_id)
             SELECT 'tenant', '${TENANT}' FROM generate_series(1, ${count})`,
          ),
        (revocations) => handed.push(revocations),
      );

    await many(REVOCATIONS_MAX);
    await many(REVOCATIONS_MAX + 1);

    expect(handed.map((revocations) => revocations?.length ?? null)).toEqual([REVOCATIONS_MAX, null]);
  });
});

/** Reads on from wherever it has read to. */
function readerOf(log: RevocationLog): () => Promise<readonly Revocation[]> {
  let mark: string | null = null;
  return async () => {
    const reading = await log.since(mark);
    mark = reading.mark;
    return reading.revocations;
  };
}
