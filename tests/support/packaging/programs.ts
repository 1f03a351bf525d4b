import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/**
 * Suites that run programs of the machine. Where one is not installed they are left out, and the run says so.
 *
 * @param what completes the sentence "The tests of … are SKIPPED"
 */
export function describeWithPrograms(what: string, ...programs: readonly string[]) {
  const missing = programs.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  if (missing.length > 0)
    process.stderr.write(`\nThe tests of ${what} are SKIPPED: not on the PATH: ${missing.join(', ')}.\n\n`);
  return describe.skipIf(missing.length > 0);
}
