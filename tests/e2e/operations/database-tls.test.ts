import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Installation, installedMachine } from '../../support/installation.ts';
import { type Cluster, describeWithPostgresPrograms } from '../../support/postgres-cluster.ts';
import { TEST_AUTHORITY } from '../../support/redis-tls.ts';

// docs/guides/production.md, "TLS to the database": what is not who it should be gets no statement, and no password.
describeWithPostgresPrograms('TLS to Postgres in production', () => {
  const fresh = installedMachine();

  it('is checked, certificate and host name, and used for every connection', async () => {
    const { cluster, installation } = await fresh();

    await (await installation.start()).untilReady();

    const connections = await connectionsOf(cluster);
    expect(new Set(connections.map(({ usename }) => usename))).toEqual(
      new Set(['gatehouse_app', 'gatehouse_system']),
    );
    expect(connections.filter(({ ssl }) => !ssl)).toEqual([]);
  });

  it('renews the certificate under the authority that Gatehouse knows', async () => {
    const { installation } = await fresh();
    const files = [
      join(installation.names['PG_TLS'] ?? '', 'server.pem'),
      join(installation.conf, 'database-ca.pem'),
    ];
    const contents = () => Promise.all(files.map((path) => readFile(path, 'utf8')));
    const [certificate, authority] = await contents();

    await installation.type('renew-certificate');

    const renewed = await contents();
    expect(renewed[0]).not.toBe(certificate);
    expect(renewed[1]).toBe(authority);
    await (await installation.start()).untilReady();
  });

  it('is looked at by an operator as Gatehouse does, who meets the same refusal', async () => {
    const { installation } = await fresh();

    const answered = await installation.type('ask-database');
    await writeFile(join(installation.conf, 'database-ca.pem'), TEST_AUTHORITY);
    const refused = await installation.attempt('ask-database');

    expect(answered).toContain('(1 row)');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('certificate verify failed')]);
  });

  it.each([
    ['that another authority vouches for', withAnotherAuthority, /unable to verify the first certificate/],
    ['that is for another host', withAnotherHost, /Hostname\/IP does not match certificate's altnames/],
    ['that there is none of', withoutTls, /The server does not support SSL connections/],
  ])('refuses to be served by a certificate %s, and says so', async (_which, spoil, reason) => {
    const { cluster, installation } = await fresh();
    const change = await spoil(installation, cluster);

    const server = await installation.start(change);
    await server.untilReady(503);

    // On a busy machine the first attempt may have ended by its deadline.
    await expect.poll(() => server.stdout(), { timeout: 60_000 }).toMatch(reason);
    expect(server.stdout()).toMatch('waiting for the database');
    expect(await connectionsOf(cluster)).toEqual([]);
  });

  it('is waited for: once there is some, the same process serves', async () => {
    const { cluster, installation } = await fresh();
    await withoutTls(installation, cluster);
    const server = await installation.start();
    await server.untilReady(503);

    await turnTls(cluster, 'on');

    await server.untilReady();
  });
});

type Change = Readonly<Record<string, string>>;

async function withAnotherAuthority({ conf }: Installation): Promise<Change> {
  const path = join(conf, 'another-ca.pem');
  await writeFile(path, TEST_AUTHORITY);
  return { DATABASE_CA: path };
}

async function withAnotherHost({ conf }: Installation): Promise<Change> {
  const url = await readFile(join(conf, 'secrets/DATABASE_URL'), 'utf8');
  return { DATABASE_URL_FILE: '', DATABASE_URL: url.trim().replace('@localhost:', '@127.0.0.1:') };
}

async function withoutTls(_installation: Installation, cluster: Cluster): Promise<Change> {
  await turnTls(cluster, 'off');
  return {};
}

async function turnTls(cluster: Cluster, state: 'on' | 'off'): Promise<void> {
  const admin = cluster.admin('postgres');
  await admin.query(`ALTER SYSTEM SET ssl = ${state}`);
  await admin.query('SELECT pg_reload_conf()');
  await expect
    .poll(async () => (await admin.query('SHOW ssl')).rows[0]?.ssl, { timeout: 10_000 })
    .toBe(state);
}

type Connection = Readonly<{ usename: string; ssl: boolean }>;

/** Those of our roles, of this moment. */
async function connectionsOf(cluster: Cluster): Promise<readonly Connection[]> {
  const { rows } = await cluster.admin('postgres').query<Connection>(`
    SELECT usename::text, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
    WHERE starts_with(usename::text, 'gatehouse_')`);
  return rows;
}
