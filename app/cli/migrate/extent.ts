import { InvalidArgumentError } from 'commander';
import type { Extent } from '../../../adapters/postgres/migrations/migrator.ts';
import { WrongUsage } from '../exit.ts';

type ExtentArguments = Readonly<{
  count?: number | undefined;
  to?: string | undefined;
  all?: boolean | undefined;
}>;

/**
 * How far a command is told to go, or `null` where it is not told.
 *
 * @throws {WrongUsage} it is told more than once
 */
export function extentOf({ count, to, all }: ExtentArguments): Extent | null {
  const told: Extent[] = [];
  if (count !== undefined) told.push({ count });
  if (to !== undefined) told.push({ to });
  if (all) told.push('all');
  if (told.length > 1) throw new WrongUsage('give one of a count, --to and --all');
  return told[0] ?? null;
}

/**
 * Reads a count.
 *
 * @throws {InvalidArgumentError} it is not an integer of 1 or more
 */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be an integer of 1 or more.');
  return Number(text);
}
