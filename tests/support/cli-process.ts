import { fork, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from './server-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DRIVER = fileURLToPath(new URL('cli-driver.mjs', import.meta.url));

export type CliAnswer = Readonly<{ code: number | null; stdout: string; stderr: string }>;
export type CliPlace = Readonly<{ env: Record<string, string>; cwd: string; input?: string }>;

/**
 * Runs `gatehouse …` as a process of its own, as an operator does. It takes most of a second, nearly all of which goes
 * into loading: where it is not the process that is to be proved, {@link runCliShared} does the same.
 */
export async function runCli(
  args: readonly string[],
  { env, cwd, input = '' }: CliPlace,
): Promise<CliAnswer> {
  const child = spawn(process.execPath, [join(ROOT, 'app/run.mjs'), 'cli', ...args], {
    cwd,
    env: cleanEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

type Driver = Readonly<{ ask(args: readonly string[], place: CliPlace): Promise<CliAnswer> }>;

let driver: Driver | null = null;
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the built `gatehouse …` as {@link runCli} does, in a process that all calls of a test file share, one after the
 * other. A command that leaves something open, and so would not end by itself, is an error here as well.
 */
export function runCliShared(args: readonly string[], place: CliPlace): Promise<CliAnswer> {
  driver ??= startDriver();
  const { ask } = driver;
  const answer = last.then(() => ask(args, place));
  last = answer.catch(() => undefined);
  return answer;
}

/** It ends with the process of the test file, over whose channel it is asked. */
function startDriver(): Driver {
  const child = fork(DRIVER, [join(ROOT, 'dist/app/cli.js')], {
    execArgv: [],
    env: cleanEnvironment({}),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const [stdout, stderr] = [outputOf(child.stdout), outputOf(child.stderr)];
  return {
    async ask(args, { env, cwd, input = '' }) {
      const mark = `\0${randomUUID()}\0`;
      const ended = once(child, 'exit').then(([code]) => {
        driver = null;
        throw new Error(`The driver of the command line ended with ${code}:\n${stderr.soFar()}`);
      });
      child.send({ args, env: cleanEnvironment(env), cwd, input, mark });
      const answered = Promise.all([once(child, 'message'), stdout.until(mark), stderr.until(mark)]);
      ended.catch(() => undefined);
      const [[code], written, said] = await Promise.race([answered, ended]);
      return { code: Number(code), stdout: written, stderr: said };
    },
  };
}

/** Cuts what a stream gives into texts, each of which ends with a mark. */
function outputOf(stream: Readable | null) {
  let text = '';
  let look = (): void => undefined;
  stream?.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
    look();
  });
  return {
    soFar: () => text,
    until: (mark: string) =>
      new Promise<string>((resolve) => {
        look = () => {
          const at = text.indexOf(mark);
          if (at < 0) return;
          const before = text.slice(0, at);
          text = text.slice(at + mark.length);
          resolve(before);
        };
        look();
      }),
  };
}
