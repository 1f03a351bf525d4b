import { setTimeout as wait } from 'node:timers/promises';
import { createMigrator } from '../adapters/postgres/migrations/migrator.ts';
import { type Pool, refuseWrongRole } from '../adapters/postgres/pools.ts';
import { provisionRoles } from '../adapters/postgres/provision-roles.ts';
import type { DatabaseReadiness } from '../adapters/postgres/readiness.ts';
import { Unavailable } from '../core/kernel/errors.ts';
import type { Databases } from './databases.ts';
import type { Logger } from './logger.ts';

const RETRY_MS = 500;

/** Makes the roles where they are ours to make, and brings the schema up where this process may. */
export async function prepareSchema(databases: Databases, logger: Logger): Promise<void> {
  if (databases.provisioner) await provisionRoles(databases.provisioner);
  if (!databases.owner) return;
  const applied = await createMigrator(databases.owner).up();
  if (applied.length > 0) logger.info({ migrations: applied }, 'the schema was brought up to date');
}

type Pools = Readonly<{ pool: Pool; systemPool: Pool | null }>;

/**
 * Refuses to go on over connections that row-level security does not bind.
 *
 * @throws {WrongDatabaseRole}
 */
export async function refuseWrongRoles(
  { pool, systemPool }: Pools,
  { isOwnLogin }: Databases,
): Promise<void> {
  await refuseWrongRole(pool, 'gatehouse_app', isOwnLogin);
  if (systemPool) await refuseWrongRole(systemPool, 'gatehouse_system', isOwnLogin);
}

/** Throws `Unavailable` until the schema is what this version needs. */
export async function refuseUnfitSchema(readiness: DatabaseReadiness): Promise<void> {
  if (!(await readiness.isReady()))
    throw new Unavailable(1, { cause: new Error('The schema is not up to date yet') });
}

/**
 * Repeats `step` until the database lets it through. Every other failure is final.
 *
 * @param isGivenUp asked before each repetition, so that a process that is told to stop does
 * @param onWaiting told once, of the first failure
 */
export async function untilAvailable(
  step: () => Promise<void>,
  isGivenUp: () => boolean,
  onWaiting: (cause: unknown) => void,
): Promise<void> {
  for (let hasWarned = false; !isGivenUp(); ) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (!hasWarned) onWaiting(error.cause);
      hasWarned = true;
      await wait(RETRY_MS);
    }
  }
}
