import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bringUpToDate, type Document } from '../../../app/docs/documents.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gatehouse-docs-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const DOCUMENTS: readonly Document[] = [
  { path: 'docs/one.md', render: ({ api }) => `one of ${String(api['name'])}\n` },
  { path: 'docs/reference/two.md', render: async () => 'two\n' },
];
const SOURCES = { api: { name: 'the API' } };

describe('documents', () => {
  it('are written where they are missing or differ, and left alone where they do not', async () => {
    const options = { root, sources: SOURCES, isCheck: false };

    const first = await bringUpToDate(DOCUMENTS, options);
    await writeFile(join(root, 'docs/one.md'), 'one, changed\n');
    const second = await bringUpToDate(DOCUMENTS, options);
    const third = await bringUpToDate(DOCUMENTS, options);

    expect([first, second, third]).toEqual([['docs/one.md', 'docs/reference/two.md'], ['docs/one.md'], []]);
    expect(await readFile(join(root, 'docs/one.md'), 'utf8')).toBe('one of the API\n');
  });

  it('are told and not written where they are only checked', async () => {
    const options = { root, sources: SOURCES, isCheck: true };
    await mkdir(join(root, 'docs/reference'), { recursive: true });
    await writeFile(join(root, 'docs/reference/two.md'), 'two');

    expect(await bringUpToDate(DOCUMENTS, options)).toEqual(['docs/one.md', 'docs/reference/two.md']);

    expect(await readFile(join(root, 'docs/reference/two.md'), 'utf8')).toBe('two');
  });
});

// Every page, by the very command that `npm run check` calls, in a folder of its own.
it('a byte more in any generated document fails the check, which names it', {
  timeout: 120_000,
}, async () => {
  expect(await docs()).toEqual({ code: 0, stderr: '' });
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const generated = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of generated) await appendFile(file, ' ');

  const { code, stderr } = await docs('--check');

  const [, names = ''] = /^Stale: (.*)\. Run `npm run docs`\.\n$/.exec(stderr) ?? [];
  expect([code, names.split(', ').sort()]).toEqual([1, generated.map((file) => relative(root, file)).sort()]);
  expect(names.split(', ')).toEqual(expect.arrayContaining(['.env.example', 'docs/openapi.json']));
});

function docs(...args: readonly string[]): Promise<Readonly<{ code: number; stderr: string }>> {
  const [tsx, script] = [resolve('node_modules/tsx/dist/cli.mjs'), resolve('app/docs.ts')];
  return new Promise((settle) => {
    execFile(process.execPath, [tsx, script, ...args], { cwd: root }, (error, _stdout, stderr) =>
      settle({ code: Number(error?.code ?? 0), stderr }),
    );
  });
}
