import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cleanEnvironment } from '../support/server-process.ts';

/** Some fifteen seconds where the machine does nothing else; the first test may build the service, too. */
const TIMEOUT_MS = 300_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('npm run bench', () => {
  it(
    'measures the built service beside its floors, without a wrong answer, and leaves nothing behind',
    async () => {
      const { code, output } = await bench('--quick', '--connections', '4', 'session');

      expect(output).toContain('### session: ');
      expect(rowsOf(output).map(([name]) => name)).toEqual([
        'gatehouse',
        'floor: verify, one SQL function',
        'verify, every column of the answer',
        'plain select, no row-level security',
      ]);
      for (const [, perSecond] of rowsOf(output)) expect(Number(perSecond)).toBeGreaterThan(0);
      expect(output).not.toContain('FAILED');
      expect(code).toBe(0);
      expect((await readdir(ROOT)).filter((name) => name.startsWith('dist-bench'))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it('says which rows there are where it is asked for another', async () => {
    const { code, output } = await bench('sessions');

    expect(output).toContain('There is no row sessions. Rows: me, me-unseen, session, refresh');
    expect(code).toBe(2);
  });
});

async function bench(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/run.ts', ...args], {
    ...{ cwd: ROOT, env: cleanEnvironment({}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGTERM'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  await once(child, 'close');
  return { code: child.exitCode, output };
}

/** The cells of the first table, without its head. */
function rowsOf(output: string): readonly (readonly string[])[] {
  const [table = ''] = output.split('- **');
  const lines = table.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim()),
  );
}
