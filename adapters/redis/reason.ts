import { DeadlinePassed } from './deadline.ts';

const SYSTEM_CODE = /^[A-Z][A-Z0-9_]+$/;
const REDIS_PREFIX = /^[A-Z][A-Z0-9]+(?= )/;
const TIMED_OUT = /timed? ?out/i;

/**
 * Why Redis cannot be used, in one word: the code of the operating system or
 * of TLS (`ECONNREFUSED`), the first word of Redis's own refusal (`WRONGPASS`,
 * `OOM`), else `TIMEOUT` or `UNREACHABLE`.
 *
 * Nothing else of an error may be told: the driver's hold the command that
 * failed with all its arguments, and the first command is the password.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNREACHABLE';
  if ('code' in error && typeof error.code === 'string' && SYSTEM_CODE.test(error.code)) return error.code;
  if (error instanceof DeadlinePassed || TIMED_OUT.test(error.message)) return 'TIMEOUT';
  return REDIS_PREFIX.exec(error.message)?.[0] ?? 'UNREACHABLE';
}
