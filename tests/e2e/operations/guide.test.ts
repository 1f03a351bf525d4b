import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type Installation,
  installedMachine,
  patientClient,
  prepareInstallation,
} from '../../support/installation.ts';
import { describeWithPostgresPrograms, startCluster } from '../../support/postgres-cluster.ts';
import { freePort } from '../../support/server-process.ts';
import { PASSWORD } from '../../support/service.ts';
import { startSmtpServer } from '../../support/smtp-server.ts';

const DOCS = new URL('../../../docs/', import.meta.url);
const EMAIL = 'ada@example.test';
const REDIS = 'redis-server';
const HAS_REDIS = spawnSync(REDIS, ['--version']).status === 0;

// docs/guides/production.md: its blocks, as they are typed there.
describeWithPostgresPrograms('the production guide', () => {
  const fresh = installedMachine();

  it.skipIf(!HAS_REDIS)(
    'leads from nothing to a server that the first administrator signs in to',
    async () => {
      const cluster = await startCluster();
      const machine = await prepareInstallation(cluster);

      await machine.type('secrets', 'database-tls', 'roles', 'redis');
      await startRedis(machine);
      const checked = await machine.type('environment');
      const migrated = await machine.type('migrate');
      const server = await machine.start();
      await server.untilReady();
      const ready = await machine.type('ready');
      const metrics = await machine.type('metrics');
      const told = await machine.type('admin');

      expect(checked).toBe('The configuration is valid for production\n');
      expect(migrated).toMatch(/^Applied 0000_create_tables, .*\nCurrent: \S+\nPending: none\n$/);
      expect(ready).toBe('{"status":"ready"}\n{"status":"ok","db":"ok","redis":"ok"}\nalive\n');
      expect(metrics).toMatch(/^gatehouse_build_info\{version=".+",node_version="v.+"\} 1$/m);
      expect(metrics).toContain('gatehouse_rate_limit_mode{mode="redis"} 1\n');
      const [, token] = /^Invited owner@example\.com: https:\S+#token=(\S+)$/m.exec(told) ?? [];
      const accepted = await patientClient(machine.url).post('/auth/invitations/accept', {
        token,
        password: PASSWORD,
      });
      expect([accepted.status, accepted.body['user']]).toMatchObject([200, { roles: ['owner'] }]);
      expect(await server.stop()).toBe(0);
      expect(server.stdout().trimEnd().split('\n').map(isJsonLine)).not.toContain(false);
      expect(server.stdout() + server.stderr()).not.toContain(PASSWORD);
      for (const secret of await secretsOf(machine))
        expect(server.stdout() + server.stderr()).not.toContain(secret);
    },
  );

  it('goes back by one migration and forth again, tells balancers meanwhile that it is not ready, and loses no user', async () => {
    const { installation: machine } = await fresh();
    const server = await machine.start();
    await server.untilReady();
    const api = patientClient(machine.url);
    await register(api);

    const undone = await machine.type('undo');
    await server.untilReady(503);
    await machine.type('migrate');
    await server.untilReady();
    const served = await signIn(api);

    expect(undone).toMatch(/^Undone (\S+)\nCurrent: \S+\nPending: \1\n$/m);
    expect(served.status).toBe(200);
  });

  it('rotates SECRET_KEY in two steps, between which no process refuses what another has issued, and takes the old one away', {
    timeout: 300_000,
  }, async () => {
    const { installation: machine } = await fresh();
    const file = join(machine.conf, 'secrets/SECRET_KEY');
    const keyring = async () => (await readFile(file, 'utf8')).trim();
    const [api, old] = [patientClient(machine.url), await keyring()];
    // Without a worker nothing is sealed anew before it is asked for.
    const refreshUnder = async (keys: string, token: unknown) => {
      await writeFile(file, keys);
      const server = await machine.start({ WORKER: 'off' });
      await server.untilReady();
      const answer = await api.post('/auth/refresh', { refresh_token: token });
      await server.stop();
      return answer;
    };
    const first = await machine.start({ WORKER: 'off' });
    await first.untilReady();
    await register(api);
    let token = (await signIn(api)).body['refresh_token'];
    await first.stop();

    await machine.type('rotate-announce');
    const announced = await keyring();
    await machine.type('rotate-use');
    const used = await keyring();
    const [, added = ''] = announced.split(',');

    expect([announced, used]).toEqual([`${old},${added}`, `${added},${old}`]);
    for (const keys of [announced, used]) {
      const { status, body } = await refreshUnder(keys, token);
      expect(status).toBe(200);
      token = body['refresh_token'];
    }
    // Why the new one is announced before it is used, and why the old one stays until nothing needs it.
    expect((await refreshUnder(old, token)).body['code']).toBe('refresh_token_invalid');
    await writeFile(file, added);
    expect(await (await machine.start()).ended).toBe(1);

    await writeFile(file, used);
    expect(await typePatiently(machine, 'rotate-finish')).toMatch(
      /^Signing keys sealed anew: 1, mails: \d\n$/,
    );
    expect(await keyring()).toBe(added);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await refreshUnder(added, token)).status).toBe(200);
    await writeFile(file, old);
    expect(await (await machine.start()).ended).toBe(1);
  });

  it('rotates the signing key, and ends one that is compromised, by the runbooks', async () => {
    const { installation: machine } = await fresh();
    const server = await machine.start();
    await server.untilReady();
    const api = patientClient(machine.url);
    await register(api);
    const held = (await signIn(api)).body;
    const look = async () =>
      (await api.get('/auth/me', { authorization: `Bearer ${String(held['access_token'])}` })).body['code'];

    const rotated = await typePatiently(machine, 'rotate-keys');
    expect(rotated).toMatch(/^\S{43} signs within a minute of \S+; until then \S{43} does\n$/);
    expect(await look()).toBeUndefined();
    const ended = await typePatiently(machine, 'retire-active');

    expect(ended).toMatch(/^\S{43} verifies nothing since \S+\n$/);
    await expect.poll(look, { timeout: 1_000, interval: 10 }).toBe('token_invalid');
    const refreshed = await api.post('/auth/refresh', { refresh_token: held['refresh_token'] });
    expect(refreshed.status).toBe(200);
  });

  it('leaves SECRET_KEY as it is where a step of its rotation is typed twice, or no new value could be made', async () => {
    const machine = await prepareInstallation(await startCluster());
    await machine.type('secrets');
    const file = join(machine.conf, 'secrets/SECRET_KEY');
    const old = (await readFile(file, 'utf8')).trim();
    // What ends the command line before it has printed a value.
    const settings = join(machine.conf, 'gatehouse.env');
    await writeFile(settings, 'exit 0\n');

    const announced = await machine.attempt('rotate-announce');
    const kept = (await readFile(file, 'utf8')).trim();
    await rm(settings);
    await machine.type('rotate-announce', 'rotate-announce', 'rotate-use');
    const used = (await readFile(file, 'utf8')).trim();
    const again = await machine.attempt('rotate-use');

    expect([announced.code, kept]).toEqual([1, old]);
    expect(used.split(',')).toEqual([
      expect.stringMatching(/^\S{32,}$/),
      old,
      expect.stringMatching(/^\S{32,}$/),
    ]);
    expect([again.code, (await readFile(file, 'utf8')).trim()]).toEqual([1, used]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('leaves what is typed afterwards as readable as it was before', async () => {
    const machine = await prepareInstallation(await startCluster());

    // In one bash, as the guide says.
    await machine.type('secrets', 'database-tls', 'roles', 'redis', 'environment');

    expect((await stat(join(machine.conf, 'gatehouse.env'))).mode & 0o004).toBe(0o004);
    expect((await stat(join(machine.conf, 'secrets'))).mode & 0o777).toBe(0o700);
  });

  it('splits the worker out: the server sends no mail and knows no system role, and the worker does', async () => {
    const { installation: machine } = await fresh();
    const smtp = await startSmtpServer();
    const mails = { SMTP_HOST: smtp.host, SMTP_PORT: String(smtp.port), SMTP_TLS: 'disable' };
    const server = await machine.start({
      ...{ ...mails, WORKER: 'off', DATABASE_SYSTEM_URL_FILE: '' },
      REQUIRE_EMAIL_VERIFICATION: 'true',
    });
    await server.untilReady();
    await register(patientClient(machine.url));
    const waiting = await machine.type('mails-waiting');

    const port = String(await freePort());
    const worker = await machine.start({ ...mails, WORKER: 'only', PORT: port });
    await worker.untilReady();

    expect(waiting).toMatch(/verify_email +waiting/);
    await expect.poll(() => smtp.received.map(({ to }) => to), { timeout: 10_000 }).toEqual([EMAIL]);
    expect((await patientClient(`http://127.0.0.1:${port}`).get('/auth/config')).status).toBe(404);
    expect(await Promise.all([server.stop(), worker.stop()])).toEqual([0, 0]);
  });
});

/** Types a command again while the machine is too busy to reach its database within a second. */
async function typePatiently({ attempt }: Installation, block: string): Promise<string> {
  let answer = await attempt(block);
  for (let again = 0; answer.stderr.includes('cannot be reached') && again < 10; again += 1)
    answer = await attempt(block);
  expect([answer.code, answer.stderr]).toEqual([0, '']);
  return answer.stdout;
}

it('names to a WAF the methods that the API has', async () => {
  const guide = await readFile(new URL('guides/production.md', DOCS), 'utf8');
  const { paths } = JSON.parse(await readFile(new URL('openapi.json', DOCS), 'utf8'));
  const described = Object.values<object>(paths).flatMap((path) => Object.keys(path));
  const [, today = ''] = /^- \*\*Methods\*\*: ([^;]*) today;/m.exec(guide) ?? [];

  // Every GET answers HEAD, and browsers ask by OPTIONS before they send what another origin may not send unasked.
  const methods = described.map((method) => method.toUpperCase());
  expect(new Set(today.match(/[A-Z]+/g))).toEqual(new Set([...methods, 'HEAD', 'OPTIONS']));
});

describe('the runbooks', () => {
  it('are those that the guide lists', async () => {
    const guide = await readFile(new URL('guides/production.md', DOCS), 'utf8');
    const named = [...guide.matchAll(/\]\((\.\.\/runbooks\/[\w-]+\.md)\)/g)].map(([, path = '']) => path);

    expect(new Set(named).size).toBe(9);
    for (const path of named) await access(new URL(path, new URL('guides/', DOCS)));
  });
});

async function startRedis({ names }: Installation): Promise<void> {
  const settings = [
    '--port',
    names['REDIS_PORT'] ?? '',
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    names['CONF'] ?? '',
  ];
  const child = spawn(REDIS, [names['REDIS_CONF'] ?? '', ...settings], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  for await (const chunk of child.stdout) if (String(chunk).includes('Ready to accept connections')) return;
}

type Api = ReturnType<typeof patientClient>;

/** 409 where it was made at a first attempt whose answer came too late. */
async function register(api: Api): Promise<void> {
  const { status } = await api.post('/auth/register', { email: EMAIL, password: PASSWORD });
  expect([201, 202, 409]).toContain(status);
}

function signIn(api: Api) {
  return api.post('/auth/login', { email: EMAIL, password: PASSWORD, transport: 'token' });
}

function isJsonLine(line: string): boolean {
  const { level, time, msg } = JSON.parse(line);
  return [level, time, msg].every((field) => typeof field === 'string');
}

/** The passwords and keys themselves, without what stands around them in a URL. */
async function secretsOf({ conf }: Installation): Promise<readonly string[]> {
  const names = [
    'SECRET_KEY',
    'METRICS_PASS',
    'DATABASE_URL',
    'DATABASE_SYSTEM_URL',
    'DATABASE_OWNER_URL',
    'REDIS_URL',
  ];
  const texts = await Promise.all(names.map((name) => readFile(join(conf, 'secrets', name), 'utf8')));
  return texts.map((text) => (URL.canParse(text.trim()) ? new URL(text.trim()).password : text.trim()));
}
