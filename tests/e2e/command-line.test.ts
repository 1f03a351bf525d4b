import { expect, it } from 'vitest';
import { readMigrations } from '../../adapters/postgres/migrations/files.ts';
import { apiClient } from '../support/api-client.ts';
import { runCli, runCliShared } from '../support/cli-process.ts';
import { startServer, temporaryFolder } from '../support/server-process.ts';
import { PASSWORD } from '../support/service.ts';

const LATEST = (await readMigrations()).at(-1)?.id ?? '';

it('works on the same database as a running server, and answers one JSON object', async () => {
  const server = await startServer();
  const { post } = apiClient(server.url);
  const env = { DATA_DIR: server.dataDir, PORT: String(server.port) };
  const at = { env, cwd: server.dataDir };
  const cli = (args: string[]) => runCliShared([...args, '--json'], at);

  const made = await cli(['tenant', 'create', '--slug', 'acme', '--name', 'Acme']);
  expect([made.code, JSON.parse(made.stdout)]).toMatchObject([0, { slug: 'acme', name: 'Acme' }]);
  expect((await cli(['tenant', 'create', '--slug', 'acme', '--name', 'Acme'])).code).toBe(7);
  const listed = JSON.parse((await cli(['tenant', 'list'])).stdout);
  expect(listed.data.map(({ slug }: { slug: string }) => slug)).toEqual(['acme', 'default', 'platform']);

  const withPassword = [
    'admin',
    'create',
    '--email',
    'root@example.test',
    '--tenant',
    'acme',
    '--password-stdin',
  ];
  const owner = await runCli([...withPassword, '--json'], { ...at, input: `${PASSWORD}\n` });
  expect([owner.code, JSON.parse(owner.stdout)]).toMatchObject([
    0,
    { role: 'owner', link: null, user: { email_verified: true } },
  ]);
  const login = await post(
    '/auth/login',
    { email: 'root@example.test', password: PASSWORD },
    { 'x-tenant': 'acme' },
  );
  expect([login.status, login.body['user']]).toMatchObject([200, { roles: ['owner'] }]);

  const invited = await cli([
    'admin',
    'create',
    '--email',
    'new@example.test',
    '--tenant',
    'acme',
    '--role',
    'admin',
  ]);
  const { link, user } = JSON.parse(invited.stdout);
  expect([user, link]).toEqual([null, expect.stringContaining(`${server.url}/accept-invitation#token=`)]);
  const accepted = await post('/auth/invitations/accept', { token: link.split('=')[1], password: PASSWORD });
  expect([accepted.status, accepted.body['user']]).toMatchObject([
    200,
    { email: 'new@example.test', roles: ['admin'] },
  ]);

  const promoted = await cli(['admin', 'create', '--email', 'new@example.test', '--tenant', 'acme']);
  expect(JSON.parse(promoted.stdout)).toMatchObject({ user: { roles: ['admin', 'owner'] }, link: null });
  expect((await cli(['healthcheck'])).code).toBe(0);
});

it.each([
  [['tenant', 'create', '--slug', 'acme'], 2],
  [['tenant', 'create', '--slug', 'NOT A SLUG', '--name', 'x'], 2],
  [['admin', 'create', '--email', 'not-an-address'], 2],
  [['admin', 'create', '--email', 'a@example.test', '--role', 'king'], 2],
  [['admin', 'create', '--email', 'a@example.test', '--role', 'platform_admin'], 2],
  [['admin', 'create', '--email', 'a@example.test', '--tenant', 'nowhere'], 6],
  [['nonsense'], 2],
  [[], 2],
  [['--help'], 0],
  [['healthcheck'], 1],
])('ends %j with %i', async (args, code) => {
  const cwd = await temporaryFolder();
  const answer = await runCliShared(args, { env: { DATA_DIR: cwd, PORT: '1' }, cwd });
  expect([answer.code, code === 0 ? '' : answer.stdout]).toEqual([code, '']);
});

it.each([
  [['--help'], 0],
  [['healthcheck'], 1],
  [['nonsense'], 2],
  [['admin', 'create', '--email', 'a@example.test', '--tenant', 'nowhere'], 6],
  [['migrate', 'down', '--to', LATEST], 7],
])('ends the process of %j with %i', async (args, code) => {
  const cwd = await temporaryFolder();
  const place = { env: { DATA_DIR: cwd, PORT: '1' }, cwd };

  const answer = await runCli(args, place);

  expect(answer).toEqual(await runCliShared(args, place));
  expect(answer.code).toBe(code);
});

it('migrates and tells where the schema stands, without a server', async () => {
  const cwd = await temporaryFolder();
  const cli = (...args: string[]) => runCliShared([...args, '--json'], { env: { DATA_DIR: cwd }, cwd });
  const before = JSON.parse((await cli('migrate', 'status')).stdout);
  expect([before.current, before.pending.length]).toEqual([null, expect.any(Number)]);

  const up = JSON.parse((await cli('migrate', 'up')).stdout);
  expect([up.applied, up.pending]).toEqual([before.pending, []]);
  const after = JSON.parse((await cli('migrate', 'status')).stdout);
  expect(after).toEqual({ current: before.pending.at(-1), pending: [] });
});

it('checks the configuration of an environment and makes secrets that pass', async () => {
  const cwd = await temporaryFolder();
  const secret = (await runCliShared(['config', 'generate-secret'], { env: {}, cwd })).stdout.trim();
  const env = {
    ENVIRONMENT: 'production',
    PUBLIC_URL: 'https://auth.example.com',
    DATABASE_URL: 'postgres://gatehouse_app@db.example.com/gatehouse',
    DATABASE_SYSTEM_URL: 'postgres://gatehouse_system@db.example.com/gatehouse',
    REDIS_URL: 'rediss://:pw@redis.example.com',
    TRUST_PROXY: '10.0.0.0/8',
    SMTP_HOST: 'smtp.example.com',
    SMTP_FROM: 'no-reply@example.com',
    METRICS_USER: 'prometheus',
    METRICS_PASS: 'pw',
  };
  const good = await runCliShared(['config', 'check', '--json'], {
    env: { ...env, SECRET_KEY: secret },
    cwd,
  });
  expect([good.code, JSON.parse(good.stdout)]).toEqual([0, { valid: true, environment: 'production' }]);

  const bad = await runCliShared(['config', 'check'], { env: { ...env, SECRET_KEY: 'x' }, cwd });
  expect([bad.code, bad.stdout, bad.stderr]).toEqual([1, '', expect.stringContaining('SECRET_KEY')]);
});
