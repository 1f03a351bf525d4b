import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What gives a test a database on the server that global-setup.ts has found. */
const SOURCE = 'tests/support/postgres.ts';
const IMPORT = /\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/**
 * The test files in these folders that ask for a database on the server of the run, because they or anything of tests/
 * that they import, by whatever way, imports what gives it. All others say the same whichever server that is.
 *
 * @param folders paths from the root of the repository
 */
export function filesOnTestServer(folders: readonly string[]): readonly string[] {
  const known = new Map<string, boolean>([[SOURCE, true]]);
  const asks = (file: string): boolean => {
    const answer = known.get(file);
    if (answer !== undefined) return answer;
    // Where files import each other in a circle, another way round decides.
    known.set(file, false);
    const found = importsOf(file).some(asks);
    known.set(file, found);
    return found;
  };
  return folders.flatMap(testFilesIn).filter(asks);
}

function testFilesIn(folder: string): readonly string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => posix.join(folder, name));
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)]
    .map(([, path = '']) => posix.join(posix.dirname(file), path))
    .filter((path) => path.startsWith('tests/') && existsSync(join(ROOT, path)));
}
