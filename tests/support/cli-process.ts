import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from './server-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export type CliAnswer = Readonly<{ code: number | null; stdout: string; stderr: string }>;

/** Runs `gatehouse …` as a process of its own. */
export async function runCli(
  args: readonly string[],
  { env, cwd, input = '' }: Readonly<{ env: Record<string, string>; cwd: string; input?: string }>,
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
