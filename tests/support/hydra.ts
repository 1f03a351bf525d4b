import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { HYDRA } from './outside-programs.ts';
import { freePort, temporaryFolder } from './server-process.ts';

/** What hydra tries: every password with every name. */
export type Guesses = Readonly<{ names: readonly string[]; passwords: readonly string[] }>;

/** What came of an attack. */
export type AttackReport = Readonly<{
  /** Those that hydra holds for good, as `name password`. */
  found: readonly string[];
  /** How often it asked the server to sign somebody in, and what was answered. */
  answers: Readonly<Record<string, number>>;
}>;

/** Where an attack comes from: an address that a server behind a proxy of ours is told. */
const ATTACKER = '203.0.113.7';
const TASKS = 4;

/**
 * Lets thc-hydra guess at `POST /auth/login` until it has tried everything, or found something.
 *
 * Its `http-post-form` can send JSON: colons are escaped, `H=` replaces the
 * content type, and `S=` names what only a success holds. But it takes a 401
 * for HTTP's own sign-in and then tries one password for ever, so it is sent
 * through a relay that hands every body on and says 200 to each, as any
 * attacker would who reads answers.
 *
 * @param port of a server on loopback that believes a proxy on loopback
 */
export async function attack(port: number, { names, passwords }: Guesses): Promise<AttackReport> {
  const folder = await temporaryFolder();
  const [nameFile, passwordFile] = [join(folder, 'names'), join(folder, 'passwords')];
  await writeFile(nameFile, `${names.join('\n')}\n`);
  await writeFile(passwordFile, `${passwords.join('\n')}\n`);
  const relay = await startRelay(port);
  const output = await runHydra(folder, [
    ...['-L', nameFile, '-P', passwordFile, '-u', '-f', '-I', '-t', String(TASKS)],
    ...['-s', String(relay.port), '127.0.0.1', 'http-post-form', FORM],
  ]);
  await relay.stop();
  const found = [...output.matchAll(/login: (\S+)\s+password: (\S+)/g)];
  return { found: found.map(([, name, password]) => `${name} ${password}`), answers: relay.answers };
}

/** Page, body, options, and the condition last. No page is fetched before each try (`g`). */
const FORM = [
  '/auth/login',
  '{"email"\\:"^USER^","password"\\:"^PASS^","transport"\\:"token"}',
  'H=Content-Type\\: application/json',
  'g=',
  'S=access_token',
].join(':');

async function runHydra(cwd: string, parameters: readonly string[]): Promise<string> {
  const child = spawn(HYDRA ?? '', parameters, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0 || !/1 of 1 target/.test(output))
    throw new Error(`hydra did not finish:\n${output}\n${errors}`);
  return output;
}

type Relay = Readonly<{ port: number; answers: Record<string, number>; stop(): Promise<void> }>;

async function startRelay(target: number): Promise<Relay> {
  const answers: Record<string, number> = {};
  const server = createServer(async (asked, reply) => {
    const answer = await passOn(target, asked, await text(asked));
    const kind = `${answer.status} ${answer.code}`;
    answers[kind] = (answers[kind] ?? 0) + 1;
    reply.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    reply.end(answer.body);
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  onTestFinished(stop);
  return { port, answers, stop };
}

type Passed = Readonly<{ status: number; code: string; body: string }>;

async function passOn(port: number, asked: IncomingMessage, body: string): Promise<Passed> {
  const { method, url: path, headers } = asked;
  const sent = request({
    ...{ host: '127.0.0.1', port, method, path },
    headers: { 'content-type': headers['content-type'] ?? '', 'x-forwarded-for': ATTACKER },
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const answered = await text(response);
  const { code = '', status = '' } = JSON.parse(answered);
  return { status: response.statusCode ?? 0, code: code || status, body: answered };
}
