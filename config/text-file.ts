import { readFileSync } from 'node:fs';
import type { Parsed } from './variable.ts';

/** The file's text, or a reason that names its path and the system's error code, never its content. */
export function readTextFile(path: string): Parsed<string> {
  try {
    return { value: readFileSync(path, 'utf8') };
  } catch (error) {
    return { reason: `names a file that cannot be read: ${path} (${errorCode(error)})` };
  }
}

/** The system's code of a failed file operation, such as `ENOENT`. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
