import { expect, it } from 'vitest';
import { type CliExample, cliCommands } from '../../app/docs/cli-commands.ts';
import { apiClient } from '../support/api-client.ts';
import { runCli } from '../support/cli-process.ts';
import { startServer, temporaryFolder } from '../support/server-process.ts';
import { PASSWORD } from '../support/service.ts';
import { startSmtpServer } from '../support/smtp-server.ts';

// What docs/reference/cli.md shows as answers, held against what the commands answer. Each runs in a process of its own
// here, as an operator runs it; other tests of the command line share one process.
const EXAMPLES = Object.entries(await cliCommands()).map(([words, { example }]) => ({ words, ...example }));
const of = (group: string) => EXAMPLES.filter(({ words }) => words.split(' ')[0] === group);
const MIGRATING = of('migrate');
/** Mails first: an invitation would be one more. */
const OTHERS = [...of('mail'), ...['keys', 'tenant', 'admin', 'config', 'healthcheck'].flatMap(of)];

it('answers all that there are', () => {
  expect(MIGRATING.length + OTHERS.length).toBe(EXAMPLES.length);
});

it('answers each example of a migration as the reference shows it, one after the other', {
  timeout: 300_000,
}, async () => {
  const cwd = await temporaryFolder();

  for (const example of MIGRATING) await compare(example, { env: { DATA_DIR: cwd }, cwd });
});

it('answers every other example as the reference shows it, beside a running server', {
  timeout: 300_000,
}, async () => {
  // Without a worker the mail waits, as that of the example does.
  const [server, smtp] = [await startServer({ env: { WORKER: 'off' } }), await startSmtpServer()];
  const { dataDir: cwd, port } = server;
  const reachable = { SMTP_HOST: smtp.host, SMTP_PORT: String(smtp.port), SMTP_TLS: 'disable' };
  const env = { DATA_DIR: cwd, PORT: String(port) };
  await apiClient(server.url).post('/auth/register', { email: 'ada@example.test', password: PASSWORD });
  const mails = JSON.parse((await runCli(['mail', 'list', '--json'], { env, cwd })).stdout);
  const keys = JSON.parse((await runCli(['keys', 'list', '--json'], { env, cwd })).stdout);

  for (const example of OTHERS) {
    const named = { 'mail retry': mails.data[0]?.id, 'keys retire': keys.data[0]?.kid }[example.words];
    const args = named ? [...example.words.split(' '), String(named)] : example.args;
    const isSending = example.words === 'mail test';
    const settings = isSending ? { ...reachable, SMTP_FROM: 'no-reply@auth.example' } : {};
    await compare({ ...example, args }, { env: { ...env, ...settings }, cwd });
  }
});

async function compare(
  { args, input = '', answer }: CliExample,
  at: Readonly<{ env: Record<string, string>; cwd: string }>,
): Promise<void> {
  const { code, stdout, stderr } = await runCli([...args, '--json'], { ...at, input });
  expect([args, code, stderr]).toEqual([args, 0, '']);
  expect([args, likened(stdout)]).toEqual([args, likened(`${JSON.stringify(answer)}\n`)]);
}

/** An answer without what is another one each time: ids, times, secrets, tokens and ports. */
function likened(answer: string): string {
  return answer
    .replace(/"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}"/g, '"an id"')
    .replace(/(?<="(?:kid|active|next)":)"[\w-]{43}"/g, '"a kid"')
    .replace(/"\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z"/g, '"a time"')
    .replace(/(?<="secret_key":")[\w-]{64}(?=")/g, 'a secret')
    .replace(/(?<="http:\/\/localhost):\d+(\/accept-invitation#token=)[\w-]+…?(?=")/g, ':PORT$1TOKEN')
    .replace(/(?<="reply":")250 [^"]+/g, '250 and some words');
}
