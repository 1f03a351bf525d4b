import { CommanderError } from 'commander';
import { MigrationNotFound, MigrationRefused } from '../../adapters/postgres/migrations/migrator.ts';
import { NotFound, ValidationFailed } from '../../core/kernel/errors.ts';
import { MailNotFound, MailNotRetriable } from '../../core/notifications/index.ts';
import { AudienceNotAllowed, TenantNotFound, TenantSlugTaken } from '../../core/tenants/index.ts';
import { EmailAlreadyRegistered } from '../../core/users/index.ts';

/** Exit codes of the command line (api.md, section 12). */
export const EXIT = { done: 0, failed: 1, wrongUsage: 2, notFound: 6, conflict: 7 } as const;

const NOT_FOUND = [NotFound, TenantNotFound, MigrationNotFound, MailNotFound];
const CONFLICT = [TenantSlugTaken, EmailAlreadyRegistered, MigrationRefused, MailNotRetriable];

/** A command that was called with what it does not take. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

const WRONG_USAGE = [CommanderError, WrongUsage, ValidationFailed, AudienceNotAllowed];

/** The exit code that tells what kind of failure this was. */
export function exitCodeOf(error: unknown): number {
  if (WRONG_USAGE.some((kind) => error instanceof kind)) return EXIT.wrongUsage;
  if (NOT_FOUND.some((kind) => error instanceof kind)) return EXIT.notFound;
  if (CONFLICT.some((kind) => error instanceof kind)) return EXIT.conflict;
  return EXIT.failed;
}
