import { Command } from 'commander';
import { createMigrator, type Migrator } from '../../adapters/postgres/migrations/migrator.ts';
import { provisionRoles } from '../../adapters/postgres/provision-roles.ts';
import { WrongUsage } from './exit.ts';
import { print } from './output.ts';
import { configFor, withDatabases } from './workspace.ts';

type JsonOption = Readonly<{ json?: boolean }>;

/** `migrate up` and `migrate status`. */
export function migrateCommand(): Command {
  const migrate = new Command('migrate').description('Brings the database schema up to date');
  migrate
    .command('up')
    .description('Apply every pending migration')
    .option('--json', 'print one JSON object')
    .action(({ json = false }: JsonOption) =>
      withMigrator(true, async (migrator) => {
        const applied = await migrator.up();
        const { current, pending } = await migrator.status();
        const text = applied.length > 0 ? `Applied ${applied.join(', ')}` : 'Nothing to apply';
        print(json, { applied, current, pending }, text);
      }),
    );
  migrate
    .command('status')
    .description('Show what is applied and what is pending')
    .option('--json', 'print one JSON object')
    .action(({ json = false }: JsonOption) =>
      withMigrator(false, async (migrator) => {
        const { current, pending } = await migrator.status();
        const text = `Current: ${current ?? 'none'}\nPending: ${pending.join(', ') || 'none'}`;
        print(json, { current, pending }, text);
      }),
    );
  return migrate;
}

/** @param isChange whether the roles may be made first, where they are ours to make; looking makes nothing */
async function withMigrator(isChange: boolean, work: (migrator: Migrator) => Promise<void>): Promise<void> {
  await withDatabases(configFor(['owner']), async ({ owner, provisioner }) => {
    if (!owner) throw new WrongUsage('DATABASE_OWNER_URL is not set: there is nobody to migrate as');
    if (provisioner && isChange) await provisionRoles(provisioner);
    await work(createMigrator(isChange ? owner : (provisioner ?? owner)));
  });
}
