import type pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { DatabaseAddress } from '../../adapters/postgres/pools.ts';
import { createRevocationWakeUps } from '../../adapters/postgres/revocation-listener.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { freePort } from '../support/server-process.ts';

const CHANGE = "UPDATE gatehouse.tenants SET name = name || '!'";

it('is woken when it begins to listen, and by every commit that revokes something', async () => {
  const { admin, wakes } = await listening();
  expect(wakes()).toBe(1);

  await admin.query(`BEGIN; ${CHANGE}; ${CHANGE}; COMMIT`);
  await untilWoken(wakes, 2);
  await admin.query(CHANGE);
  await untilWoken(wakes, 3);
});

it('is not woken by what was undone, nor by what revokes nothing', async () => {
  const { admin, wakes } = await listening();

  await admin.query(`BEGIN; ${CHANGE}; ROLLBACK`);
  await admin.query('UPDATE gatehouse.tenants SET name = name');
  await admin.query(CHANGE);
  await untilWoken(wakes, 2);

  expect(wakes()).toBe(2);
});

it('comes back when its connection is ended, and is woken then, for it may have slept through something', async () => {
  const { admin, wakes, losses } = await listening();

  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
  );
  await untilWoken(wakes, 2);
  await admin.query(CHANGE);
  await untilWoken(wakes, 3);

  expect(losses()).toBe(1);
});

it('goes on trying where nobody answers, and ends when it is told to', async () => {
  const connection = { host: '127.0.0.1', port: await freePort(), user: 'nobody', database: 'nothing' };
  const { wakeUps, wakes, losses } = listenAt({ connection, role: null, ssl: false });

  wakeUps.start();
  await vi.waitFor(() => expect(losses()).toBeGreaterThan(1), { timeout: 5_000, interval: 20 });
  await wakeUps.stop();

  expect(wakes()).toBe(0);
});

it('leaves no connection behind when it is stopped, and tells of no loss', async () => {
  const { admin, wakeUps, losses } = await listening();

  await wakeUps.stop();

  await vi.waitFor(async () => {
    const { rows } = await admin.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    expect(rows).toEqual([]);
  });
  expect(losses()).toBe(0);
});

/** Somebody who listens to a database in which there is one tenant. */
async function listening() {
  const database = await createTestDatabase();
  const admin: pg.Pool = database.pool(null, 1);
  await admin.query(
    `INSERT INTO gatehouse.tenants (id, slug, name) VALUES ('01900000-0000-7000-8000-000000000001', 'acme', 'Acme')`,
  );
  const listener = listenAt(database.address('gatehouse_app'));
  listener.wakeUps.start();
  await untilWoken(listener.wakes, 1);
  return { ...listener, admin };
}

function listenAt(address: DatabaseAddress) {
  const counts = { wakes: 0, losses: 0 };
  const wakeUps = createRevocationWakeUps({
    address,
    onWake: () => {
      counts.wakes += 1;
    },
    onLost: () => {
      counts.losses += 1;
    },
  });
  onTestFinished(() => wakeUps.stop());
  return { wakeUps, wakes: () => counts.wakes, losses: () => counts.losses };
}

async function untilWoken(wakes: () => number, count: number): Promise<void> {
  await vi.waitFor(() => expect(wakes()).toBeGreaterThanOrEqual(count), { timeout: 5_000, interval: 5 });
}
