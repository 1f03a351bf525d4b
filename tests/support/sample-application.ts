import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { whenOver } from './lifetime.ts';
import { GO, PYTHON } from './outside-programs.ts';
import { cleanEnvironment, freePort, temporaryFolder } from './server-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GUIDE = 'docs/guides/verify-tokens.md';
const TESTED_BLOCK = /<!-- test: (\S+) -->\n```\w+\n([\s\S]*?\n)```/g;
const START_MS = 60_000;
const run = promisify(execFile);

/** What applications must be told. */
export type SampleSettings = Readonly<{ issuer: string; tenant: string; audience?: string }>;

/** Times to stand in a sample in place of the guide's, in seconds. */
export type SampleTimes = Readonly<{
  /** How old the keys may be before they are asked for anew. */
  keepSeconds?: number;
  /** How old they may be while they cannot be had. */
  trustSeconds?: number;
  /** How often they are asked for at most. */
  pauseSeconds?: number;
}>;

export type SampleOptions = SampleSettings & SampleTimes;

/** An application that does as the guide says, and answers a request with the id of its user. */
export type SampleApplication = Readonly<{
  url: string;
  /** Sends a request with this access token. */
  ask(token: string): Promise<Readonly<{ status: number; userId: unknown }>>;
  stop(): Promise<void>;
}>;

export type StartSample = (options: SampleOptions) => Promise<SampleApplication>;

/** The code block of the guide that stands under that marker. */
export async function guideBlock(name: string): Promise<string> {
  const guide = await readFile(join(ROOT, GUIDE), 'utf8');
  const found = [...guide.matchAll(TESTED_BLOCK)].find(([, marker]) => marker === name);
  if (!found?.[2]) throw new Error(`${GUIDE} has no block ${name}`);
  return found[2];
}

/** The Node sample in front of Fastify. */
export const startFastifySample: StartSample = async (options) => {
  const folder = await nodeFolder(options);
  const program = `
    import fastify from 'fastify';
    import { fastifyUser } from './gatehouse.mjs';
    const app = fastify();
    app.addHook('onRequest', fastifyUser);
    app.get('/', async (request) => ({ of: request.user.sub }));
    await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });`;
  await writeFile(join(folder, 'app.mjs'), program);
  return startApplication(process.execPath, ['app.mjs'], { folder, options });
};

/** The Node sample as nginx asks it: Express-like, and it answers by the header `X-User`. */
export const startVerifierSample: StartSample = async (options) => {
  const folder = await nodeFolder(options);
  await writeFile(join(folder, 'verifier.mjs'), await guideBlock('verifier'));
  return startApplication(process.execPath, ['verifier.mjs'], { folder, options });
};

/** The Python sample in front of the standard library's server. */
export const startPythonSample: StartSample = async (options) => {
  const folder = await temporaryFolder();
  const program = `
import http.server
from gatehouse import *

class Application(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        @require_user(self.headers.get, lambda status: (status, {}))
        def answer(user):
            return 200, {"of": user["sub"]}
        status, body = answer()
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())
    def log_message(self, *arguments):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Application).serve_forever()
`;
  await writeFile(join(folder, 'gatehouse.py'), withTimes(await guideBlock('python'), options));
  await writeFile(join(folder, 'app.py'), program);
  return startApplication(PYTHON ?? '', ['app.py'], { folder, options });
};

/** The Go sample, compiled once for each text of it, in a folder that is there as long as all who start it. */
export function goSampleIn(folder: () => string): StartSample {
  const compiled = new Map<string, Promise<string>>();
  return async (options) => {
    const code = withTimes(await guideBlock('go'), options);
    const program = compiled.get(code) ?? compileGo(code, join(folder(), `sample-${compiled.size}`));
    compiled.set(code, program);
    return startApplication(await program, [], { folder: folder(), options });
  };
}

async function compileGo(code: string, program: string): Promise<string> {
  await writeFile(`${program}.go`, code);
  const env = cleanEnvironment({ GO111MODULE: 'off', CGO_ENABLED: '0', GOFLAGS: '' });
  await run(GO ?? '', ['build', '-o', program, `${program}.go`], { env });
  return program;
}

type Place = Readonly<{ folder: string; options: SampleSettings }>;

async function nodeFolder(options: SampleOptions): Promise<string> {
  const folder = await temporaryFolder();
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'gatehouse.mjs'), withTimes(await guideBlock('node'), options));
  return folder;
}

function withTimes(code: string, { keepSeconds, trustSeconds, pauseSeconds }: SampleTimes): string {
  const times = { keep: keepSeconds, trust: trustSeconds, pause: pauseSeconds };
  return Object.entries(times).reduce(
    (sofar, [name, seconds]) => (seconds === undefined ? sofar : withTime(sofar, name, seconds)),
    code,
  );
}

function withTime(code: string, name: string, seconds: number): string {
  const constant = new RegExp(`^(\\s*(?:const )?${name}(_ms)?\\w* *= )[\\d_]+`, 'im');
  if (!constant.test(code)) throw new Error(`The sample has no constant ${name}`);
  return code.replace(constant, (_, start, ms) => `${start}${ms ? seconds * 1000 : seconds}`);
}

async function startApplication(
  command: string,
  args: readonly string[],
  { folder, options }: Place,
): Promise<SampleApplication> {
  const port = await freePort();
  const env = {
    ...{ ISSUER: options.issuer, TENANT: options.tenant, AUDIENCE: options.audience ?? '' },
    ...{ PORT: String(port), ADDRESS: `127.0.0.1:${port}` },
  };
  const stop = await startProgram(command, args, { cwd: folder, env, port });
  const url = `http://127.0.0.1:${port}`;
  return { url, stop, ask: (token) => askFor(url, token) };
}

/** Sends a request with an access token, and reads whose the application took it for. */
export async function askFor(
  url: string,
  token: string,
): Promise<Readonly<{ status: number; userId: unknown }>> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  const body = text.startsWith('{') ? JSON.parse(text) : {};
  return { status: answer.status, userId: answer.headers.get('x-user') ?? body.of };
}

export type ProgramPlace = Readonly<{ cwd: string; env: Record<string, string>; port: number }>;

/** Starts a program and waits until it answers at its port. Ended when the test is over, or by what this gives. */
export async function startProgram(
  command: string,
  args: readonly string[],
  { cwd, env, port }: ProgramPlace,
): Promise<() => Promise<void>> {
  const child = spawn(command, args, { cwd, env: cleanEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    if (hasEnded()) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  whenOver(stop);
  const deadline = Date.now() + START_MS;
  while (!(await answers(port))) {
    if (hasEnded() || Date.now() > deadline) throw new Error(`${command} does not answer:\n${output}`);
    await delay(20);
  }
  return stop;
}

function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}
