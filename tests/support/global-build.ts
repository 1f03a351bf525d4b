import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Builds what the tests run as processes, should a source be younger: once, before the first of them. */
export function setup(): void {
  const { status } = spawnSync(process.execPath, ['app/run.mjs', 'cli', '--version'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('Gatehouse could not be built');
}
