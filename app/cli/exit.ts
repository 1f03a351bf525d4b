import { CommanderError } from 'commander';
import { ValidationFailed } from '../../core/kernel/errors.ts';
import { TenantNotFound, TenantSlugTaken } from '../../core/tenants/index.ts';
import { EmailAlreadyRegistered } from '../../core/users/index.ts';

/** Exit codes of the command line (api.md, section 12). */
export const EXIT = { done: 0, failed: 1, wrongUsage: 2, notFound: 6, conflict: 7 } as const;

/** A command that was called with what it does not take. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

/** The exit code that tells what kind of failure this was. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError || error instanceof WrongUsage || error instanceof ValidationFailed) {
    return EXIT.wrongUsage;
  }
  if (error instanceof TenantNotFound) return EXIT.notFound;
  if (error instanceof TenantSlugTaken || error instanceof EmailAlreadyRegistered) return EXIT.conflict;
  return EXIT.failed;
}
