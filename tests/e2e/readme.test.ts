import { execFile } from 'node:child_process';
import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { cleanEnvironment, startServer, temporaryFolder } from '../support/server-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEFAULT_URL = 'http://localhost:8080';
const TESTED_BLOCK = /<!-- test: (\S+) -->\n```\w+\n([\s\S]*?\n)```/g;
const run = promisify(execFile);

// A reader copies these blocks before anything else: they must do what the text around them says.
it('shows the banner and first requests as they are, and an offline check that takes the token', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const server = await startServer();
  const temporary = await temporaryFolder();

  expect(server.stdout()).toContain(bannerFor(server, readme));

  const requests = blocksOf(readme, 'quickstart');
  expect(requests).toHaveLength(5);
  const script = ['set -euo pipefail', ...requests].join('\n');
  const env = cleanEnvironment({ BASE: server.url, TMPDIR: temporary });
  const { stdout, stderr } = await run('bash', ['-c', script], { env, cwd: temporary });
  const [registered, signedIn, me, refreshed, loggedOut, ...refused] = stdout.trimEnd().split('\n');
  expect(stderr).toBe('');
  expect(parse(registered)).toMatchObject({ user: { email: 'ada@example.test', name: 'Ada' } });
  expect(parse(signedIn)).toMatchObject({ status: 'complete', expires_in: 15 * 60 });
  expect(parse(me)).toMatchObject({ user: { email: 'ada@example.test' }, tenant: { slug: 'default' } });
  expect(parse(refreshed)).toMatchObject({ status: 'complete', token_type: 'Bearer' });
  expect(parse(refreshed)['access_token']).not.toBe(parse(signedIn)['access_token']);
  expect(loggedOut).toBe('204');
  expect(refused.map((line) => parse(line)['code'])).toEqual(['session_revoked', 'refresh_token_invalid']);

  const { tenant } = parse(me) as { tenant: { id: string } };
  const token = String(parse(refreshed)['access_token']);
  const verify = verifierOf(readme, { ISSUER: server.url, TENANT: tenant.id });
  expect(await verify(token)).toMatchObject({ tid: tenant.id, email: 'ada@example.test' });
  const other = verifierOf(readme, { ISSUER: server.url, TENANT: 'another tenant' });
  await expect(other(token)).rejects.toThrow(/unexpected "aud" claim value/);
});

it('links from the documents to files and headings that are there', async () => {
  const below = await readdir(join(ROOT, 'docs'), { recursive: true });
  const documents = [
    'README.md',
    ...below.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ];
  const broken: string[] = [];
  for (const document of documents) {
    for (const link of linksOf(await readFile(join(ROOT, document), 'utf8'))) {
      if (!(await leadsSomewhere(document, link))) broken.push(`${document}: ${link}`);
    }
  }

  expect(documents.length).toBeGreaterThan(10);
  expect(broken).toEqual([]);
});

function blocksOf(markdown: string, name: string): readonly string[] {
  return [...markdown.matchAll(TESTED_BLOCK)].flatMap(([, of, text = '']) => (of === name ? [text] : []));
}

/** The banner that the README shows, with what differs from one start to the next filled in. */
function bannerFor(server: Awaited<ReturnType<typeof startServer>>, readme: string): string {
  const [, shown = ''] = /```text\n( {2}Gatehouse is ready\n[\s\S]*?)```/.exec(readme) ?? [];
  expect(shown).not.toBe('');
  return shown
    .replaceAll(DEFAULT_URL, server.url)
    .replace('…/.gatehouse', server.dataDir)
    .replace('#token=…', `#token=${server.firstOwnerToken()}`);
}

/** What the README's application makes of a token, run by a Node of its own. */
function verifierOf(readme: string, settings: Record<string, string>) {
  const [code = ''] = blocksOf(readme, 'verify');
  const program = `${code}\nconsole.log(JSON.stringify(await verifyAccessToken(process.env.TOKEN)));`;
  return async (token: string): Promise<Readonly<Record<string, unknown>>> => {
    const env = cleanEnvironment({ ...settings, TOKEN: token });
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], {
      cwd: ROOT,
      env,
    });
    return parse(stdout);
  };
}

function parse(line = ''): Readonly<Record<string, unknown>> {
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}

/** The targets of a document's links within the repository. */
function linksOf(markdown: string): readonly string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target));
}

async function leadsSomewhere(document: string, link: string): Promise<boolean> {
  const [path = '', heading] = link.split('#');
  const target = join(ROOT, path === '' ? document : join(dirname(document), path));
  const isThere = await access(target).then(
    () => true,
    () => false,
  );
  if (!isThere || heading === undefined) return isThere;
  const text = withoutCode(await readFile(target, 'utf8'));
  if (text.includes(`<a id="${heading}"></a>`)) return true;
  return [...text.matchAll(/^#+ (.*)$/gm)].some(([, title = '']) => anchorOf(title) === heading);
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, '');
}

/** As GitHub and its kin name a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
