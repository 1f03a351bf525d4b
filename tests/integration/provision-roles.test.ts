import { expect, it, vi } from 'vitest';
import { createMigrator } from '../../adapters/postgres/migrations/migrator.ts';
import { type DatabaseAddress, identify } from '../../adapters/postgres/pools.ts';
import { provisionRoles } from '../../adapters/postgres/provision-roles.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startOwnServer } from './own-server.ts';

const ROLES = ['gatehouse_app', 'gatehouse_owner', 'gatehouse_system'];

// Roles belong to the whole server, so two databases race for them, and no lock on one binds the other.
it('makes the roles once, however many starts of two databases race for them', async () => {
  const server = await startOwnServer();
  for (const name of ['one', 'other']) await server.run(`CREATE DATABASE ${name}`);
  const databases = ['one', 'other', 'one', 'other', 'one', 'other'];
  const faster = await server.pool(server.address(), 1).connect();
  await faster.query('BEGIN');
  await faster.query('CREATE ROLE gatehouse_owner LOGIN');

  const starts = databases.map((database) => provisionRoles(server.address({ database })));
  await vi.waitFor(async () => {
    const { rows } = await server.run("SELECT FROM pg_stat_activity WHERE wait_event = 'transactionid'");
    expect(rows).toHaveLength(2);
  });
  await faster.query('COMMIT');
  faster.release();
  await Promise.all(starts);

  const { rows } = await server.run(
    `SELECT rolname::text AS role, rolcanlogin AS logs_in,
       rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS is_mighty
     FROM pg_roles WHERE starts_with(rolname, 'gatehouse') ORDER BY rolname`,
  );
  expect(rows).toEqual(ROLES.map((role) => ({ role, logs_in: true, is_mighty: false })));
  const { rows: rights } = await server.run(
    `SELECT datname::text AS name, has_database_privilege('gatehouse_owner', oid, 'CREATE') AS has_create
     FROM pg_database WHERE datname IN ('one', 'other') ORDER BY datname`,
  );
  expect(rights).toEqual(['one', 'other'].map((name) => ({ name, has_create: true })));
});

it('finds them made on the server of these tests, however many starts race there', async () => {
  const databases = [
    await createTestDatabase({ isEmpty: true }),
    await createTestDatabase({ isEmpty: true }),
  ];

  await Promise.all(
    [...databases, ...databases, ...databases].map(({ address }) => provisionRoles(address(null))),
  );

  for (const { address } of databases) {
    expect(await createMigrator(address('gatehouse_owner')).up()).not.toEqual([]);
  }
});

it('does over the login of an owner with CREATEROLE, who then takes each role', async () => {
  const server = await startOwnServer();
  await server.run('CREATE ROLE dev LOGIN CREATEROLE');
  await server.run('CREATE DATABASE mine OWNER dev');
  const login = server.address({ user: 'dev', database: 'mine' });

  await provisionRoles(login);
  await provisionRoles(login);

  const taking = (role: DatabaseAddress['role']) => ({ ...login, role });
  expect(await createMigrator(taking('gatehouse_owner')).up()).not.toEqual([]);
  for (const role of ['gatehouse_app', 'gatehouse_system'] as const) {
    const identity = await identify(server.pool(taking(role), 1));
    expect(identity).toEqual({
      sessionUser: 'dev',
      currentUser: role,
      isSuperuser: false,
      bypassesRowSecurity: false,
    });
  }
});

it('is refused to a login that may hand out no roles', async () => {
  const { address } = await createTestDatabase();

  const refusal = provisionRoles(address('gatehouse_app'));

  await expect(refusal).rejects.toMatchObject({ name: 'PostgresFailure', sqlState: '42501' });
});
