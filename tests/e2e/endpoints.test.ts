import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { apiClient } from '../support/api-client.ts';
import { cleanEnvironment, startServer, temporaryFolder } from '../support/server-process.ts';

const PAGE = fileURLToPath(new URL('../../docs/reference/endpoints.md', import.meta.url));
const run = promisify(execFile);

/** What the page shows of an operation: a command, and what it is answered. */
type Shown = Readonly<{ name: string; command: string; status: number; example: string | null }>;

/** What a command finds in the variables of its shell. */
type Variables = Record<'TOKEN' | 'LINK_TOKEN' | 'SESSION_ID', string>;

type Answer = Readonly<{ status: number; text: string }>;

/** Each command once at least, after those that it wants to have been run. */
const ORDER: readonly string[] = [
  'GET /live',
  'GET /ready',
  'GET /health',
  'GET /metrics',
  'GET /.well-known/jwks.json',
  'GET /auth/config',
  'POST /auth/invitations/accept',
  'POST /auth/register',
  'POST /auth/email/resend-verification',
  'POST /auth/email/verify',
  'POST /auth/login',
  'GET /auth/me',
  'GET /auth/email/status',
  'GET /auth/sessions',
  'POST /auth/reauthenticate/options',
  'POST /auth/reauthenticate',
  'POST /auth/refresh',
  'DELETE /auth/sessions/{id}',
  'POST /auth/login',
  'POST /auth/logout-all',
  'POST /auth/login',
  'DELETE /auth/sessions/all',
  'POST /auth/login',
  'POST /auth/logout',
];

// A reader copies these commands: each must do what the page says, as it stands there.
it('shows a command for every operation, and each is answered as it says', async () => {
  const shown = commandsOf(await readFile(PAGE, 'utf8'));
  const server = await startServer({ env: { RATE_LIMIT_CREDENTIALS_PER_MINUTE: '100' } });
  const folder = await temporaryFolder();
  const variables: Variables = { TOKEN: '', LINK_TOKEN: server.firstOwnerToken() ?? '', SESSION_ID: '' };
  const answerTo = runnerIn(folder, server.url);

  expect([...shown.keys()].sort()).toEqual([...new Set(ORDER)].sort());
  for (const name of ORDER) {
    const { command, status, example } = shown.get(name) ?? missing(name);
    if (name === 'POST /auth/email/verify') variables.LINK_TOKEN = await newestLinkToken(server.url);
    const answer = await answerTo(command, variables);

    expect([name, answer.status, answer.text]).toEqual([name, status, expect.anything()]);
    expect([name, shapeOf(answer.text)]).toEqual([name, example === null ? null : shapeOf(example)]);
    remember(answer, variables);
  }
});

it('has an anchor for each operation, and a table of contents that leads there', async () => {
  const page = await readFile(PAGE, 'utf8');

  const anchors = [...page.matchAll(/^<a id="([^"]+)"><\/a>\n\n### (.*)$/gm)].map(([, id, name]) => [
    name,
    id,
  ]);
  const contents = [...page.matchAll(/^- \[`([^`]+)`\]\(#([^)]+)\)/gm)].map(([, name, id]) => [name, id]);

  expect(anchors).toContainEqual(['POST /auth/login', 'post-auth-login']);
  expect(contents).toEqual(anchors);
});

/** Runs a command of the page as it stands there, and has curl tell its status besides. */
function runnerIn(folder: string, url: string) {
  return async (command: string, variables: Variables): Promise<Answer> => {
    const file = join(folder, 'answer');
    const script = `${command} -o "$ANSWER" -w '%{http_code}'`;
    const env = cleanEnvironment({
      ...variables,
      ...{ BASE: url, COOKIES: join(folder, 'cookies'), ANSWER: file },
    });
    const { stdout } = await run('bash', ['-c', `: > "$ANSWER"; ${script} || true`], { env, cwd: folder });
    return { status: Number(stdout), text: await readFile(file, 'utf8') };
  };
}

function commandsOf(page: string): ReadonlyMap<string, Shown> {
  const sections = page.split(/^### /m).slice(1);
  return new Map(
    sections.map((section) => {
      const name = section.slice(0, section.indexOf('\n'));
      const [, command = ''] = /^```sh\n([\s\S]*?)\n```$/m.exec(section) ?? [];
      const [, answered] = /^Such a request is answered by (\d+)/m.exec(section) ?? [];
      const [, first] = /^\| (\d{3}) \|/m.exec(section) ?? [];
      const [, example = null] = /^```(?:json|text)\n([\s\S]*?)\n```$/m.exec(section) ?? [];
      return [name, { name, command, status: Number(answered ?? first), example }];
    }),
  );
}

/** What a sign-in answered is what the next commands are made with. */
function remember({ text }: Answer, variables: Variables): void {
  if (!text.includes('"access_token"')) return;
  const { access_token: token, session } = JSON.parse(text);
  variables.TOKEN = token;
  variables.SESSION_ID = session.id;
}

async function newestLinkToken(url: string): Promise<string> {
  let token = '';
  await expect
    .poll(async () => {
      const { body } = await apiClient(url).get('/dev/mailbox?to=ada@example.test');
      const mails = Array.isArray(body['data']) ? body['data'] : [];
      token = String(mails[0]?.token ?? '');
      return mails.length;
    })
    .toBe(2);
  return token;
}

/** The names of a JSON text's fields, those within others too; of any other text, that it is one. */
function shapeOf(text: string): unknown {
  if (text === '') return null;
  return text.startsWith('{') ? fieldsOf(JSON.parse(text)) : 'text';
}

function fieldsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(fieldsOf);
  if (typeof value !== 'object' || value === null) return 'value';
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, fieldsOf(inner)]));
}

function missing(name: string): never {
  throw new Error(`The page shows no command for ${name}`);
}
