import type pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMigrator } from '../../adapters/postgres/migrations/migrator.ts';
import {
  type DatabaseAddress,
  identify,
  openPool,
  refuseWrongRole,
  WrongDatabaseRole,
} from '../../adapters/postgres/pools.ts';
import { refuseWrongRoles } from '../../app/start-up.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { startService } from '../support/service.ts';

// Rule 19: a superuser, or a role that bypasses, is not bound by row-level security at all.
describe('the pools of the live service', () => {
  it('serve as gatehouse_app, no superuser and bypassing nothing', async () => {
    const { app } = await startService();

    const identity = await identify(app.pool);

    expect(identity).toMatchObject({
      currentUser: 'gatehouse_app',
      isSuperuser: false,
      bypassesRowSecurity: false,
    });
  });

  it('run jobs as gatehouse_system, no superuser and bypassing nothing', async () => {
    const { app } = await startService();

    const identity = app.systemPool && (await identify(app.systemPool));

    expect(identity).toMatchObject({
      currentUser: 'gatehouse_system',
      isSuperuser: false,
      bypassesRowSecurity: false,
    });
  });

  // One connection that differs would be enough.
  it('act as that role on every connection, also after a unit of work', async () => {
    const { app, post } = await startService();
    const registered = await post('/auth/register', {
      email: 'ada@example.test',
      password: 'Correct-Horse-9-Battery',
    });
    const clients = await Promise.all(Array.from({ length: 8 }, () => app.pool.connect()));
    const users = await Promise.all(
      clients.map(async (client) => (await client.query('SELECT current_user::text AS name')).rows[0]?.name),
    );
    for (const client of clients) client.release();

    expect(registered.statusCode).toBe(201);
    expect(users).toEqual(Array(8).fill('gatehouse_app'));
  });

  it('are what the check at the start demands', async () => {
    const { app } = await startService();

    await expect(refuseWrongRoles(app, { ...NO_DATABASES, isOwnLogin: false })).resolves.toBeUndefined();
  });
});

describe('refuseWrongRole', () => {
  it('refuses a superuser', async () => {
    const database = await createTestDatabase();

    const refusal = refuseWrongRole(database.pool(null), 'gatehouse_app', false);

    await expect(refusal).rejects.toThrow(/a superuser.* must act as "gatehouse_app"/);
  });

  it.each([
    'gatehouse_owner',
    'gatehouse_system',
  ] as const)('refuses %s in place of the app', async (role) => {
    const database = await createTestDatabase();

    const refusal = refuseWrongRole(database.pool(role), 'gatehouse_app', false);

    await expect(refusal).rejects.toThrow(`acts as "${role}"`);
  });

  it.each([
    ['SUPERUSER', 'a superuser'],
    ['BYPASSRLS', 'bypassing row-level security'],
  ])('refuses the very role that should serve once it is %s', async (power, told) => {
    const only = (await createTestDatabase()).pool(null, 1);
    // Roles belong to the whole server: this one's power is never committed.
    await only.query('BEGIN');
    await only.query(`ALTER ROLE gatehouse_app ${power}`);
    await only.query('SET LOCAL ROLE gatehouse_app');

    const refusal = await refuseWrongRole(only, 'gatehouse_app', false).catch((error: unknown) => error);
    await only.query('ROLLBACK');

    expect(refusal).toMatchObject({ name: 'WrongDatabaseRole', message: expect.stringContaining(told) });
  });

  // Staging and production: what a login took, it can put down again.
  it('refuses a login that merely took the role where the login itself must be it', async () => {
    const database = await createTestDatabase();
    const taken = openTestPool({ ...database.address(null), role: 'gatehouse_app' });

    await expect(refuseWrongRole(taken, 'gatehouse_app', false)).resolves.toBeUndefined();
    await expect(refuseWrongRole(taken, 'gatehouse_app', true)).rejects.toMatchObject({
      name: 'WrongDatabaseRole',
      message: expect.stringContaining('logged in as'),
    });
  });

  it('passes a login that is the role itself', async () => {
    const own = await ownLogin(await createTestDatabase());

    await expect(refuseWrongRole(own, 'gatehouse_app', true)).resolves.toBeUndefined();
  });

  it('at the start looks at both pools', async () => {
    const database = await createTestDatabase();
    const [app, owner] = [database.pool('gatehouse_app'), database.pool('gatehouse_owner')];
    const databases = { ...NO_DATABASES, isOwnLogin: false };

    for (const pools of [
      { pool: owner, systemPool: null },
      { pool: app, systemPool: app },
    ]) {
      await expect(refuseWrongRoles(pools, databases)).rejects.toMatchObject({ name: 'WrongDatabaseRole' });
    }
  });
});

const NOWHERE: DatabaseAddress = { connection: { connectionString: '' }, role: null, ssl: false };
const NO_DATABASES = {
  app: NOWHERE,
  direct: NOWHERE,
  system: null,
  owner: null,
  provisioner: null,
  embedded: null,
};

function openTestPool(address: DatabaseAddress): pg.Pool {
  const pool = openPool({ address, sizeMax: 1, onIdleError: () => undefined });
  onTestFinished(() => pool.end());
  return pool;
}

/** A single connection as if `gatehouse_app` had logged in, on a server that may want a password for that. */
async function ownLogin(database: TestDatabase): Promise<pg.Pool> {
  const only = openTestPool(database.address(null));
  await only.query('SET SESSION AUTHORIZATION gatehouse_app');
  return only;
}

it('does not migrate as anybody but the owner: what a superuser makes would be a superuser’s', async () => {
  const database = await createTestDatabase({ isEmpty: true });

  await expect(createMigrator(database.address(null)).up()).rejects.toBeInstanceOf(WrongDatabaseRole);
  await expect(createMigrator(database.address('gatehouse_app')).up()).rejects.toBeInstanceOf(
    WrongDatabaseRole,
  );
});
