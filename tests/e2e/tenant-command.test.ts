import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apiClient } from '../support/api-client.ts';
import { runCliShared } from '../support/cli-process.ts';
import { type ServerProcess, startServer, temporaryFolder } from '../support/server-process.ts';
import { PASSWORD } from '../support/service.ts';

it('sets up a tenant of a running server, which goes by it from the next request on', async () => {
  const server = await startServer();
  const { post, get } = apiClient(server.url);
  const { cli, set } = operatorOf(server);
  const register = async (email: string) => {
    const answer = await post('/auth/register', { email, password: PASSWORD }, { 'x-tenant': 'acme' });
    return [answer.status, answer.body['code']];
  };
  const created = await cli(['tenant', 'create', '--slug', 'acme', '--name', 'Acme', '--json']);
  const made = JSON.parse(created.stdout);
  expect(await register('first@example.test')).toEqual([201, undefined]);

  const json = { signup: 'closed', branding: { name: 'ACME', color: '#1F4FD8' } };
  await writeFile(join(server.dataDir, 'settings.json'), JSON.stringify(json));
  const closed = await set('acme', ['--json-file', 'settings.json', '--json']);
  expect([closed.code, closed.stderr]).toEqual([0, '']);
  const settings = { signup: 'closed', branding: { name: 'ACME', color: '#1f4fd8' } };
  expect(JSON.parse(closed.stdout)).toEqual({ ...made, settings });
  expect(await register('second@example.test')).toEqual([403, 'signup_closed']);
  expect((await get('/auth/config', { 'x-tenant': 'acme' })).body).toMatchObject(settings);

  const piped = await set('acme', ['--json-file', '-'], { signup: null, mfa: 'required' });
  expect([piped.code, piped.stdout]).toEqual([0, `Changed signup, mfa at acme (${made.id})\n`]);
  expect(piped.stderr).toMatch(/^gatehouse: \/mfa is stored and takes no effect: .+\n$/);
  expect(await register('second@example.test')).toEqual([201, undefined]);
  const listed = JSON.parse((await cli(['tenant', 'list', '--json'])).stdout);
  expect(listed.data.map((tenant: Record<string, unknown>) => [tenant['slug'], tenant['settings']])).toEqual([
    ['acme', { mfa: 'required', branding: settings.branding }],
    ['default', {}],
    ['platform', {}],
  ]);
});

it('tells by its exit code what a running server’s tenant refuses, and changes nothing then', async () => {
  const server = await startServer();
  const { set } = operatorOf(server);
  const stdin = ['--json-file', '-'];

  const same = await set('default', stdin, { signup: null });
  expect([same.code, same.stdout]).toEqual([0, expect.stringMatching(/^Nothing to change at default /)]);

  const elsewhere = await set('nowhere', stdin, { signup: 'closed' });
  expect([elsewhere.code, elsewhere.stdout, elsewhere.stderr]).toEqual([
    6,
    '',
    expect.stringMatching(/tenant/),
  ]);
  const notOwn = await set('default', stdin, { signup: 'closed', audience: 'https://api.example.com' });
  expect([notOwn.code, notOwn.stdout, notOwn.stderr]).toEqual([2, '', expect.stringContaining('audience')]);
  const contradiction = { signup: 'closed', password_policy: { min_length: 20, max_length: 10 } };
  const refused = await set('default', stdin, contradiction);
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('  /password_policy/max_length: ');
  expect((await apiClient(server.url).get('/auth/config')).body).toMatchObject({ signup: 'open' });
});

it('says everything that is wrong with a file, and starts nothing for it', async () => {
  const cwd = await temporaryFolder();
  const json = {
    signup: 'perhaps',
    lockout: { max_attempts: 0, css: 'x' },
    logo: 'https://example.com/a-value-that-is-not-repeated',
    cors_origins: ['https://app.example.com', 'https://app.example.com/path'],
  };
  await writeFile(join(cwd, 'settings.json'), JSON.stringify(json));

  const { code, stdout, stderr } = await runCliShared(
    ['tenant', 'set', '--slug', 'default', '--json-file', 'settings.json', '--json'],
    { env: { DATA_DIR: join(cwd, 'data') }, cwd },
  );

  expect([code, stdout]).toEqual([2, '']);
  const lines = stderr.trimEnd().split('\n');
  expect(lines[0]).toBe('gatehouse: 5 fields need attention');
  expect(lines.slice(1).map((line) => line.split(': ')[0])).toEqual([
    '  /signup',
    '  /lockout/max_attempts',
    '  /lockout/css',
    '  /cors_origins/1',
    '  /logo',
  ]);
  expect(stderr).not.toContain('not-repeated');
  await expect(access(join(cwd, 'data'))).rejects.toMatchObject({ code: 'ENOENT' });
});

it.each([
  ['no file', ['--json-file', 'nowhere.json'], '', 'cannot be read (ENOENT)'],
  ['a folder', ['--json-file', '.'], '', 'cannot be read (EISDIR)'],
  ['what is no JSON', ['--json-file', '-'], '{"signup":', 'valid JSON'],
  ['nothing at all', ['--json-file', '-'], '', 'valid JSON'],
  ['a list', ['--json-file', '-'], '[]', 'must be an object'],
  ['no option', [], '', '--json-file'],
])('ends with 2 for %s', async (_what, args, input, message) => {
  const cwd = await temporaryFolder();

  const answer = await runCliShared(['tenant', 'set', '--slug', 'default', ...args], {
    env: { DATA_DIR: join(cwd, 'data') },
    cwd,
    input,
  });

  expect([answer.code, answer.stdout, answer.stderr]).toEqual([2, '', expect.stringContaining(message)]);
});

/** The command line beside a running server; `set` is `tenant set`, with JSON on its standard input. */
function operatorOf({ dataDir, port }: ServerProcess) {
  const env = { DATA_DIR: dataDir, PORT: String(port) };
  const cli = (args: readonly string[], input = '') => runCliShared(args, { env, cwd: dataDir, input });
  const set = (slug: string, args: readonly string[], json?: unknown) =>
    cli(['tenant', 'set', '--slug', slug, ...args], json === undefined ? '' : JSON.stringify(json));
  return { cli, set };
}
