import { createMigrator, type Migrator } from '../../../adapters/postgres/migrations/migrator.ts';
import { provisionRoles } from '../../../adapters/postgres/provision-roles.ts';
import { WrongUsage } from '../exit.ts';
import { configFor, withDatabases } from '../workspace.ts';

/**
 * Runs `work` with the database's migrator.
 *
 * @param isChange whether the roles may be made first, where they are ours to make; looking makes nothing
 * @throws {WrongUsage} nothing says how to reach the database as its owner
 */
export async function withMigrator(
  isChange: boolean,
  work: (migrator: Migrator) => Promise<void>,
): Promise<void> {
  await withDatabases(configFor(['owner']), async ({ owner, provisioner }) => {
    if (!owner) throw new WrongUsage('DATABASE_OWNER_URL is not set: there is nobody to migrate as');
    if (provisioner && isChange) await provisionRoles(provisioner);
    await work(createMigrator(isChange ? owner : (provisioner ?? owner)));
  });
}
