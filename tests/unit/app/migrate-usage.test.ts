import { beforeEach, expect, it, vi } from 'vitest';
import { EXIT, exitCodeOf } from '../../../app/cli/exit.ts';
import { buildProgram } from '../../../app/cli/program.ts';

beforeEach(() => {
  // Whatever is let through finds no database, and fails with another code.
  vi.stubEnv('DATABASE_OWNER_URL', 'postgres://gatehouse_owner@127.0.0.1:1/none');
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  return () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  };
});

it.each([
  ['0'],
  ['-1'],
  ['1.5'],
  ['1e1'],
  ['0x1'],
  ['١'],
  ['x'],
  [''],
  [' '],
  ['9999999999'],
])('takes %j for no count of migrations', async (count) => {
  expect([await codeOf('up', count), await codeOf('down', count)]).toEqual([
    EXIT.wrongUsage,
    EXIT.wrongUsage,
  ]);
});

it.each([
  [['up', '1', '--to', '0001_x']],
  [['up', '1', '--to', '0001_x', '--sql']],
  [['down', '1', '--to', '0001_x']],
  [['down', '1', '--all']],
  [['down', '--all', '--to', '0001_x']],
  [['up', '--all']],
  [['down', '--sql']],
  [['up', '1', '1']],
  [['up', '--to']],
  [['stamp']],
  [['stamp', '0001_x', '0002_x']],
  [['status', '1']],
  [['history', '1']],
])('is told by %j what nobody can do', async (args) => {
  expect(await codeOf(...args)).toBe(EXIT.wrongUsage);
});

it('takes a count, and any other extent alone', async () => {
  for (const args of [
    ['up', '1'],
    ['up', '--to', '0001_x', '--sql'],
    ['down', '12'],
    ['down', '--all'],
  ]) {
    expect([args, await codeOf(...args)]).toEqual([args, EXIT.failed]);
  }
});

async function codeOf(...args: string[]): Promise<number> {
  return buildProgram()
    .parseAsync(['node', 'gatehouse', 'migrate', ...args])
    .then(() => EXIT.done, exitCodeOf);
}
