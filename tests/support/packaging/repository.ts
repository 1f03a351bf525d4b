import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The path of a file of the checkout. */
export function inRoot(path: string): string {
  return join(ROOT, path);
}

/** The text of a file of the checkout. */
export function readRoot(path: string): string {
  return readFileSync(inRoot(path), 'utf8');
}
