import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ApiDocument } from './api-document.ts';

/** What a document may be made from, besides the tables that its renderer imports. */
export type Sources = Readonly<{ api: ApiDocument }>;

/** A document that is made from the code. */
export type Document = Readonly<{
  /** Relative to the root of the repository. */
  path: string;
  /** The whole text, with a newline at its end. The same whenever the code is the same. */
  render(sources: Sources): string | Promise<string>;
}>;

/**
 * Compares documents with the files below `root`, and writes those that differ
 * unless it `isCheck`.
 *
 * @returns the paths of the files that were missing or different
 */
export async function bringUpToDate(
  documents: readonly Document[],
  { root, sources, isCheck }: Readonly<{ root: string; sources: Sources; isCheck: boolean }>,
): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const { path, render } of documents) {
    const file = join(root, path);
    const [content, written] = [await render(sources), await readFile(file, 'utf8').catch(() => null)];
    if (written === content) continue;
    stale.push(path);
    if (isCheck) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return stale;
}
