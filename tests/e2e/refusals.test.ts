import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { apiClient } from '../support/api-client.ts';
import { cleanEnvironment, freePort, startServer, temporaryFolder } from '../support/server-process.ts';

const RUN = join(fileURLToPath(new URL('../..', import.meta.url)), 'app/run.mjs');
const SECRET = 'a-marker-secret-that-must-not-be-told-0123456789';

function spawnServer(cwd: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [RUN, 'server'], {
    cwd,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  return { child, stdout: () => stdout, stderr: () => stderr };
}

it('does not start in production without its settings, and tells all of them at once and no secret', async () => {
  const folder = await temporaryFolder();
  const { child, stderr } = spawnServer(folder, {
    ENVIRONMENT: 'production',
    PUBLIC_URL: 'http://auth.example.com',
    SECRET_KEY: `short,${SECRET}`,
  });
  const [code] = await once(child, 'close');

  expect(code).toBe(1);
  for (const name of ['DATABASE_URL', 'DATABASE_SYSTEM_URL', 'PUBLIC_URL', 'SECRET_KEY'])
    expect(stderr()).toContain(name);
  expect(stderr()).not.toContain(SECRET);
});

it('does not start with a key that cannot open what the database holds, and makes nothing new', async () => {
  const dataDir = await temporaryFolder();
  // No job, so that no key is made meanwhile by one that may.
  const env = { WORKER: 'off' };
  const first = await startServer({ dataDir, env });
  const before = await apiClient(first.url).get('/.well-known/jwks.json');
  await first.stop();

  const { child, stderr } = spawnServer(dataDir, {
    DATA_DIR: dataDir,
    PORT: String(first.port),
    SECRET_KEY: SECRET,
  });
  const [code] = await once(child, 'close');
  expect([code, stderr()]).toEqual([1, expect.stringContaining('SECRET_KEY')]);
  expect(stderr()).not.toContain(SECRET);

  const again = await startServer({ dataDir, port: first.port, env });
  expect((await apiClient(again.url).get('/.well-known/jwks.json')).body).toEqual(before.body);
});

it('does not start on a broken key file, which it leaves as it is', async () => {
  const dataDir = await temporaryFolder();
  await writeFile(join(dataDir, 'secret.key'), '');
  const { child, stderr } = spawnServer(dataDir, { DATA_DIR: dataDir, PORT: String(await freePort()) });
  const [code] = await once(child, 'close');
  expect([code, stderr()]).toEqual([1, expect.stringContaining('secret.key')]);
  await rm(join(dataDir, 'secret.key'));
});

it('waits for a database that is away, lives meanwhile, and stops when it is told to', async () => {
  const folder = await temporaryFolder();
  const port = await freePort();
  const { child } = spawnServer(folder, {
    PORT: String(port),
    DATA_DIR: folder,
    DATABASE_URL: `postgres://gatehouse@127.0.0.1:${await freePort()}/none`,
  });
  const { get, post } = apiClient(`http://127.0.0.1:${port}`);
  await expect
    .poll(
      () =>
        get('/live').then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200);

  expect(await get('/ready')).toMatchObject({ status: 503, body: { status: 'not ready' } });
  expect(await get('/health')).toMatchObject({
    status: 503,
    body: { status: 'error', db: 'down', redis: 'off' },
  });
  const login = await post('/auth/login', { email: 'ada@example.test', password: 'x' });
  expect(login).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(login.headers.get('retry-after')).toMatch(/^\d+$/);
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
});

it('starts in production with all that it demands, and waits where its backends are away', async () => {
  const folder = await temporaryFolder();
  const [port, nobody] = [await freePort(), await freePort()];
  const { child, stdout, stderr } = spawnServer(folder, {
    ENVIRONMENT: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: 'https://auth.example.com',
    DATABASE_URL: `postgres://gatehouse_app:${SECRET}@127.0.0.1:${nobody}/gatehouse`,
    DATABASE_SYSTEM_URL: `postgres://gatehouse_system:${SECRET}@127.0.0.1:${nobody}/gatehouse`,
    REDIS_URL: `rediss://:${SECRET}@127.0.0.1:${nobody}`,
    SECRET_KEY: SECRET,
    TRUST_PROXY: '127.0.0.1',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(nobody),
    SMTP_FROM: 'no-reply@example.com',
    SMTP_USER: 'gatehouse',
    SMTP_PASSWORD: SECRET,
    METRICS_USER: 'prometheus',
    METRICS_PASS: SECRET,
  });
  const { get, post } = apiClient(`http://127.0.0.1:${port}`);
  await expect.poll(() => get('/live').catch(() => null), { timeout: 20_000 }).toMatchObject({ status: 200 });

  expect(await get('/ready')).toMatchObject({ status: 503, body: { status: 'not ready' } });
  const login = await post('/auth/login', { email: 'ada@example.test', password: SECRET });
  expect(login).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  const insecure = await fetch(`http://127.0.0.1:${port}/auth/config`, {
    redirect: 'manual',
    headers: { 'x-forwarded-proto': 'http' },
  });
  expect([insecure.status, insecure.headers.get('location')]).toEqual([
    308,
    'https://auth.example.com/auth/config',
  ]);
  expect(child.exitCode).toBeNull();
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');

  expect([code, stderr()]).toEqual([0, '']);
  expect(stdout()).toContain('waiting for the database');
  expect(stdout()).not.toContain(SECRET);
});

it('lets two servers that start at once on one empty folder share one database and one key', async () => {
  const dataDir = await temporaryFolder();
  const start = () => startServer({ dataDir, env: { WORKER: 'off' } });
  const [left, right] = await Promise.all([start(), start()]);
  const [one, other] = await Promise.all(
    [left, right].map(({ url }) => apiClient(url).get('/.well-known/jwks.json')),
  );
  expect(one?.body).toEqual(other?.body);

  await left.stop();
  const stillThere = await apiClient(right.url).get('/ready');
  expect(stillThere.status).toBe(200);
});

it('does not start on a taken port, says so in one line, and leaves no database running', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const dataDir = await temporaryFolder();

  const { child, stderr } = spawnServer(dataDir, { DATA_DIR: dataDir, PORT: String(port) });
  const [code] = await once(child, 'close');
  taken.close();

  expect([code, stderr()]).toEqual([
    1,
    expect.stringMatching(/^Gatehouse does not start: .*EADDRINUSE.*\n$/),
  ]);
  expect(existsSync(join(dataDir, 'postgres/data/postmaster.pid'))).toBe(false);
});

it('finds a free port of its own where none is asked for, and says which in every link', async () => {
  const dataDir = await temporaryFolder();
  const { child, stdout } = spawnServer(dataDir, { DATA_DIR: dataDir, PORT: '0' });
  const link = /(http:\/\/localhost:[1-9]\d*)\/setup#token=/;
  await expect.poll(stdout, { timeout: 20_000 }).toMatch(link);
  const url = link.exec(stdout())?.[1] ?? '';

  expect((await apiClient(url).get('/ready')).status).toBe(200);
  child.kill('SIGTERM');
  await once(child, 'close');
});
