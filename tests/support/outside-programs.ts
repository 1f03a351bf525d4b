import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/** A Python that has PyJWT and what it needs for ES256, or `null`. */
export const PYTHON = firstOf(['python3', '/usr/bin/python3'], ['-c', 'import jwt, cryptography']);

/** The Go compiler, or `null`. */
export const GO = firstOf(['go', '/usr/bin/go', '/usr/local/go/bin/go'], ['version']);

/** An nginx, or `null`. Its folder is on the path of root alone. */
export const NGINX = firstOf(['nginx', '/usr/sbin/nginx'], ['-v']);

/** thc-hydra, which guesses passwords, or `null`. */
export const HYDRA = firstOf(['hydra', '/usr/bin/hydra'], ['-U', 'http-post-form']);

/**
 * A suite that wants a program which not every machine has; without it the
 * suite is skipped, and says so.
 *
 * @param what the program, as the sentence names it
 */
export function describeWith(program: string | null, what: string): typeof describe.skip {
  if (program !== null) return describe;
  process.stderr.write(`\nThe tests that want ${what} are SKIPPED: there is none on this machine.\n\n`);
  return describe.skip;
}

function firstOf(candidates: readonly string[], args: readonly string[]): string | null {
  return candidates.find((candidate) => spawnSync(candidate, args).status === 0) ?? null;
}
