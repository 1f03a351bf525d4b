import { expect, it } from 'vitest';
import { createServices, type Services } from '../../app/services.ts';
import { readConfig } from '../../config/index.ts';
import { CALLERS } from '../contracts/samples.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { readAudit } from '../support/postgres-harness.ts';
import { startService } from '../support/service.ts';
import { tallyCalls } from './outcomes.ts';

const PROCESSES = 8;
const SECRET_KEYS = ['test-secret-key-of-more-than-thirty-two-bytes'];

it('is made once by any number of processes that start at once, and all of them sign with one key', async () => {
  const database = await createTestDatabase();
  const admin = database.pool(null, 1);
  const processes = servicesOf(database);

  await Promise.all(processes.map((services) => services.ensureInstalled()));

  const { rows: tenants } = await admin.query('SELECT id, slug FROM gatehouse.tenants ORDER BY slug');
  expect(tenants.map(({ slug }) => slug)).toEqual(['default', 'platform']);
  const { rows: keys } = await admin.query('SELECT kid FROM gatehouse.signing_keys');
  expect(keys).toHaveLength(1);
  expect(kidsOf(processes)).toEqual(Array(PROCESSES).fill(keys[0]?.kid));
  const events = await readAudit(admin, tenants[1]?.id);
  expect(events.map(({ type }) => type).sort()).toEqual([
    'signing_key.created',
    'tenant.created',
    'tenant.created',
  ]);
});

it('makes one key, however many processes find at once that this alone is missing', async () => {
  const { database } = await startService();
  const admin = database.pool(null, 1);
  await admin.query('DELETE FROM gatehouse.signing_keys');
  const processes = servicesOf(database);

  await Promise.all(processes.map((services) => services.ensureInstalled()));

  const { rows: keys } = await admin.query('SELECT kid FROM gatehouse.signing_keys');
  expect(keys).toHaveLength(1);
  expect(kidsOf(processes)).toEqual(Array(PROCESSES).fill(keys[0]?.kid));
});

it('is found, and left as it is, by processes that start later', async () => {
  const { app, database } = await startService();
  const admin = database.pool(null, 1);
  const look = async () =>
    (
      await admin.query(
        'SELECT (SELECT count(*) FROM gatehouse.audit_events) AS events, id FROM gatehouse.tenants',
      )
    ).rows;
  const before = await look();

  await Promise.all(Array.from({ length: PROCESSES }, () => app.services.ensureInstalled()));

  expect(await look()).toEqual(before);
});

it('gives a slug to one of many who make a tenant of that name at once', async () => {
  const { app, database } = await startService();
  const admin = database.pool(null, 1);

  const calls = Array.from({ length: CALLERS }, () => app.services.createTenant('acme', 'Acme'));
  const outcomes = await tallyCalls(calls);

  expect(outcomes).toEqual({ done: 1, tenant_slug_taken: CALLERS - 1 });
  const { rows } = await admin.query(`SELECT FROM gatehouse.tenants WHERE slug = 'acme'`);
  expect(rows).toHaveLength(1);
  const { id } = await app.services.resolveTenant.byName('platform');
  const made = (await readAudit(admin, id)).filter(({ data }) => data['slug'] === 'acme');
  expect(made).toHaveLength(1);
});

/** What so many processes have each for themselves. */
function servicesOf(database: TestDatabase): readonly Services[] {
  const config = readConfig({ ENVIRONMENT: 'development' });
  return Array.from({ length: PROCESSES }, () =>
    createServices({ config, secretKeys: SECRET_KEYS, pool: database.pool('gatehouse_app', 2) }),
  );
}

/** The keys that they publish, one after the other. */
function kidsOf(processes: readonly Services[]): readonly unknown[] {
  return processes.flatMap(({ accessTokens }) => accessTokens.jwks()?.keys.map(({ kid }) => kid));
}
