import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { cleanEnvironment } from './server-process.ts';

const DOCS = new URL('../../docs/', import.meta.url);
const RUNBOOKS = ['database-away', 'key-compromised', 'restore', 'rotate-keys', 'secret-key-lost'].map(
  (name) => `runbooks/${name}.md`,
);
const MARKED = /<!-- test: (\S+) -->\n```\w+\n([\s\S]*?\n)```/g;

/** The marked blocks of docs/guides/production.md and of the runbooks that go with it, by their names. */
export async function readGuide(): Promise<ReadonlyMap<string, string>> {
  const pages = ['guides/production.md', ...RUNBOOKS];
  const texts = await Promise.all(pages.map((page) => readFile(new URL(page, DOCS), 'utf8')));
  const found = texts.flatMap((text) => [...text.matchAll(MARKED)]);
  return new Map(found.map(([, name = '', block = '']) => [name, block]));
}

/** What a block came to. */
export type Typed = Readonly<{ code: number; stdout: string; stderr: string }>;

/**
 * Types marked blocks of the guide into one bash, after its first one, which gives the names that all others use.
 *
 * @throws there is no block of that name
 */
export async function type(
  names: readonly string[],
  { env, cwd }: Readonly<{ env: Readonly<Record<string, string>>; cwd: string }>,
): Promise<Typed> {
  const guide = await readGuide();
  const blocks = ['names', ...names].map((name) => {
    const block = guide.get(name);
    if (block === undefined) throw new Error(`The guide has no block "${name}"`);
    return block;
  });
  const script = ['set -euo pipefail', ...blocks].join('\n');
  const options = { env: cleanEnvironment(env), cwd, maxBuffer: 64 * 1024 * 1024 };
  return promisify(execFile)('bash', ['-c', script], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code: Number(code), stdout, stderr }),
  );
}
