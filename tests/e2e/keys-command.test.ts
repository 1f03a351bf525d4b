import { expect, it } from 'vitest';
import { apiClient, bearer } from '../support/api-client.ts';
import { runCli } from '../support/cli-process.ts';
import { type ServerProcess, startServer, temporaryFolder } from '../support/server-process.ts';
import { PASSWORD } from '../support/service.ts';

const CHEAP = { ARGON2_TIME_COST: '1', ARGON2_MEMORY_COST: '64', ARGON2_PARALLELISM: '1' };
const ACCOUNT = { email: 'ada@example.test', password: PASSWORD };
const OLD = 'old-secret-key-of-more-than-thirty-two-bytes';
const NEW = 'new-secret-key-of-more-than-thirty-two-bytes';
/** How soon every process knows what another has changed. */
const SOON = { timeout: 1_000, interval: 10 };

type Key = Readonly<Record<'kid' | 'state', string> & Record<string, string | null>>;

const commandLine = (dataDir: string, env: Record<string, string> = {}) => {
  const cli = (...args: string[]) =>
    runCli(['keys', ...args], { env: { DATA_DIR: dataDir, ...env }, cwd: dataDir });
  const json = async (...args: string[]) => JSON.parse((await cli(...args, '--json')).stdout);
  const list = async (): Promise<readonly Key[]> => (await json('list')).data;
  return { cli, json, list };
};

const kidsOf = async ({ url }: ServerProcess): Promise<readonly unknown[]> => {
  const { body } = await apiClient(url).get('/.well-known/jwks.json');
  return (body['keys'] as readonly Record<string, unknown>[]).map(({ kid }) => kid);
};

async function signIn({ url }: ServerProcess): Promise<{ authorization: string }> {
  return bearer(await apiClient(url).post('/auth/login', { ...ACCOUNT, transport: 'token' }));
}

it('ends a key for two running servers within a second, rotates it, and tells of all of them', {
  timeout: 300_000,
}, async () => {
  const dataDir = await temporaryFolder();
  // One issuer for both, as behind a balancer.
  const env = { ...CHEAP, REQUIRE_EMAIL_VERIFICATION: 'false', PUBLIC_URL: 'http://localhost:8080' };
  const start = () => startServer({ dataDir, env });
  const [here, there] = [await start(), await start()];
  const { cli, json, list } = commandLine(dataDir);
  await apiClient(here.url).post('/auth/register', ACCOUNT);
  const token = await signIn(here);
  const look = async (server: ServerProcess) =>
    (await apiClient(server.url).get('/auth/me', token)).body['code'];
  // Twice: what was verified once is remembered.
  for (const server of [here, here, there, there]) await expect.poll(() => look(server)).toBeUndefined();
  // The worker has published the next one.
  await expect.poll(() => kidsOf(there), { timeout: 10_000 }).toHaveLength(2);
  const [next, leaked, ...more] = await list();
  expect([next?.state, leaked?.state, more]).toEqual(['next', 'active', []]);

  const ended = await json('retire', String(leaked?.kid));
  await expect.poll(() => look(there), SOON).toBe('token_invalid');
  await expect.poll(() => look(here), SOON).toBe('token_invalid');
  expect([await kidsOf(here), await kidsOf(there)]).toEqual(
    Array(2).fill(expect.not.arrayContaining([leaked?.kid])),
  );
  const anew = await signIn(there);
  expect((await apiClient(here.url).get('/auth/me', anew)).status).toBe(200);

  const listed = await list();
  expect(listed.map(({ state }) => state)).toEqual(['next', 'active', 'retired']);
  expect([listed[1]?.kid, listed[2]]).toEqual([next?.kid, ended]);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/);
  expect(ended).toEqual({
    ...{ kid: leaked?.kid, algorithm: 'ES256', state: 'retired', created_at: time, activates_at: null },
    ...{ activated_at: time, retired_at: time, expires_at: ended.retired_at },
  });
  expect(await json('retire', String(leaked?.kid))).toEqual(ended);
  const unknown = await cli('retire', 'nobody', '--json');
  expect([unknown.code, unknown.stdout]).toEqual([6, '']);

  const rotation = await json('rotate', '--immediately');
  expect(rotation).toEqual({ active: listed[0]?.kid, next: expect.any(String), activates_at: time });
  await expect.poll(() => kidsOf(there), SOON).toContain(rotation.next);
  expect((await apiClient(there.url).get('/auth/me', anew)).status).toBe(200);
  const asked = await cli('rotate');
  expect([asked.code, asked.stdout]).toEqual([
    0,
    expect.stringContaining(`${rotation.next} signs within a minute of 2`),
  ]);
  const people = await cli('list');
  expect(people.stdout).toMatch(/^KID +ALGORITHM +STATE +SINCE +UNTIL\n/);
  expect(people.stdout + JSON.stringify(listed)).not.toMatch(/seal|private|"d"/i);
});

it('seals everything anew beside a running server, after which one starts that knows the new SECRET_KEY alone', {
  timeout: 300_000,
}, async () => {
  const dataDir = await temporaryFolder();
  const start = (secrets: string, env: Record<string, string> = {}) =>
    startServer({ dataDir, env: { ...CHEAP, SECRET_KEY: secrets, ...env } });
  // Without a worker nothing is sealed anew unasked, and the mail waits.
  const first = await start(OLD, { WORKER: 'off' });
  await apiClient(first.url).post('/auth/register', ACCOUNT);
  await first.stop();
  const second = await start(`${NEW},${OLD}`, { WORKER: 'off' });
  const { cli, json } = commandLine(dataDir, { SECRET_KEY: `${NEW},${OLD}` });
  const kids = await kidsOf(second);

  const done = { signing_keys: { resealed: 1, left: 0 }, mails: { resealed: 1, left: 0 } };
  expect(await json('reencrypt')).toEqual(done);
  const again = await cli('reencrypt');
  expect([again.code, again.stdout]).toEqual([0, 'Signing keys sealed anew: 0, mails: 0\n']);
  expect(await kidsOf(second)).toEqual(kids);
  await second.stop();

  const third = await start(NEW);
  expect(await kidsOf(third)).toEqual(expect.arrayContaining([...kids]));
  const { get, post } = apiClient(third.url);
  const mails = async () => (await get('/dev/mailbox')).body['data'] as readonly Record<string, unknown>[];
  await expect.poll(async () => (await mails()).length, { timeout: 10_000 }).toBe(1);
  const [mail] = await mails();
  expect((await post('/auth/email/verify', { token: mail?.['token'] })).status).toBe(200);
  expect((await get('/auth/me', await signIn(third))).status).toBe(200);
});

it('fails while something is left that no value at hand opens, and says how much', {
  timeout: 300_000,
}, async () => {
  const dataDir = await temporaryFolder();
  const first = await startServer({ dataDir, env: { ...CHEAP, SECRET_KEY: `${NEW},${OLD}`, WORKER: 'off' } });
  await apiClient(first.url).post('/auth/register', ACCOUNT);
  await first.stop();
  const both = commandLine(dataDir, { SECRET_KEY: `${OLD},${NEW}` });
  await both.json('rotate', '--immediately');
  const { cli } = commandLine(dataDir, { SECRET_KEY: `a-third-secret-key-of-more-than-32-bytes,${OLD}` });

  const { code, stdout, stderr } = await cli('reencrypt', '--json');

  expect([code, JSON.parse(stdout)]).toEqual([
    1,
    { signing_keys: { resealed: 2, left: 1 }, mails: { resealed: 0, left: 1 } },
  ]);
  expect(stderr).toContain('2 are still under an older value');
});

it.each([
  [['keys']],
  [['keys', 'retire']],
  [['keys', 'rotate', 'now']],
  [['keys', 'list', '--all']],
])('ends %j with 2', async (args) => {
  const cwd = await temporaryFolder();

  const { code, stdout } = await runCli(args, { env: { DATA_DIR: cwd }, cwd });

  expect([code, stdout]).toEqual([2, '']);
});
