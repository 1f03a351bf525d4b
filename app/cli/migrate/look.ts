import { Command } from 'commander';
import { print, table } from '../output.ts';
import { withMigrator } from './with-migrator.ts';

type JsonOption = Readonly<{ json?: boolean }>;

/** `migrate status`. */
export function statusCommand(): Command {
  return new Command('status')
    .description('Show what is applied and what is pending')
    .option('--json', 'print one JSON object')
    .action(({ json = false }: JsonOption) =>
      withMigrator(false, async (migrator) => {
        const { current, pending } = await migrator.status();
        const text = `Current: ${current ?? 'none'}\nPending: ${pending.join(', ') || 'none'}`;
        print(json, { current, pending }, text);
      }),
    );
}

/** `migrate history`. */
export function historyCommand(): Command {
  return new Command('history')
    .description('Show what was applied and when, newest last, and whether its file is still the same')
    .option('--json', 'print one JSON object')
    .action(({ json = false }: JsonOption) =>
      withMigrator(false, async (migrator) => {
        const data = (await migrator.history()).map(({ id, appliedAt, checksum, file }) => ({
          id,
          applied_at: appliedAt.toISOString(),
          checksum,
          file,
        }));
        const rows = data.map(({ id, applied_at, checksum, file }) => [id, applied_at, file, checksum]);
        print(json, { data }, table(['ID', 'APPLIED AT', 'FILE', 'CHECKSUM'], rows));
      }),
    );
}
