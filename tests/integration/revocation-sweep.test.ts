import { describe, expect, it } from 'vitest';
import { createSystemAccess } from '../../adapters/postgres/system-access.ts';
import {
  clientAs,
  ended,
  filledDatabase,
  OF_OTHER_SESSION,
  OF_SESSION,
  OTHER_SESSION,
  SESSION,
  sorted,
  TENANT,
} from './revocation-database.ts';

describe('the sweep', () => {
  it('removes what is past its time, and was there when it came by before', async () => {
    const { admin, log, sweep, count } = await sweptDatabase();
    const { mark } = await log.since(null);
    await admin.query(`${ended(SESSION)}; ${PAST}; ${ended(OTHER_SESSION)}`);

    await sweep();
    const afterTheFirst = await count();
    const read = await log.since(mark);
    await sweep();

    expect([afterTheFirst, await count()]).toEqual([2, 1]);
    expect(sorted(read.revocations)).toEqual(sorted([OF_SESSION, OF_OTHER_SESSION]));
  });

  // Its rows are past their time at the moment when anybody can read them.
  it('leaves everybody the time between two rounds to read what a long transaction changed', async () => {
    const { database, log, sweep } = await sweptDatabase();
    const { mark } = await log.since(null);
    const long = await clientAs(database, null);
    await long.query(`BEGIN; ${ended(SESSION)}; ${PAST}`);

    await sweep();
    await sweep();
    await long.query('COMMIT');
    long.release();
    await sweep();
    const read = await log.since(mark);

    expect(read.revocations).toEqual([OF_SESSION]);
  });

  it('removes many, batch after batch, and what a dump brought along', async () => {
    const { admin, sweep, count } = await sweptDatabase();
    await admin.query(
      `INSERT INTO gatehouse.revocations (kind, tenant_id) SELECT 'tenant', '${TENANT}' FROM generate_series(1, 1200)`,
    );
    await admin.query(
      `INSERT INTO gatehouse.revocations (kind, tenant_id, transaction) VALUES ('tenant', '${TENANT}', '4000000000')`,
    );
    await admin.query(PAST);

    await sweep();
    const afterTheFirst = await count();
    await sweep();

    expect([afterTheFirst, await count()]).toEqual([1200, 0]);
  });

  const PAST = `UPDATE gatehouse.revocations SET until = clock_timestamp() - interval '1 second'`;

  async function sweptDatabase() {
    const filled = await filledDatabase();
    const system = createSystemAccess(filled.database.pool('gatehouse_system', 1));
    return {
      ...filled,
      /** One round of the job. */
      async sweep() {
        while (await system.sweepRevocations());
      },
      async count(): Promise<number> {
        return (await filled.admin.query('SELECT count(*) FROM gatehouse.revocations')).rows[0]?.count;
      },
    };
  }
});
