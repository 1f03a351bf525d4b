import { Command } from 'commander';
import { print } from '../output.ts';
import { extentOf, positiveInteger } from './extent.ts';
import { withMigrator } from './with-migrator.ts';

type JsonOption = Readonly<{ json?: boolean }>;
type UpOptions = JsonOption & Readonly<{ to?: string; sql?: boolean }>;
type DownOptions = JsonOption & Readonly<{ to?: string; all?: boolean }>;

/** `migrate up`: applies what is pending, or with `--sql` prints what that would run. */
export function upCommand(): Command {
  return new Command('up')
    .description('Apply every pending migration, or fewer')
    .argument('[count]', 'how many at most', positiveInteger)
    .option('--to <id>', 'the last one to apply')
    .option('--sql', 'print the SQL that would run, and change nothing')
    .option('--json', 'print one JSON object')
    .action(async (count: number | undefined, { to, sql = false, json = false }: UpOptions) => {
      const extent = extentOf({ count, to }) ?? 'all';
      if (sql)
        return withMigrator(false, async (migrator) => printScript(json, await migrator.script(extent)));
      return withMigrator(true, async (migrator) => {
        const applied = await migrator.up(extent);
        const text = applied.length > 0 ? `Applied ${applied.join(', ')}` : 'Nothing to apply';
        print(json, { applied, ...(await migrator.status()) }, text);
      });
    });
}

/** `migrate down`: undoes the newest migration, or more. */
export function downCommand(): Command {
  return new Command('down')
    .description('Undo the newest migration, or more: what they made is gone with its data')
    .argument('[count]', 'how many at most', positiveInteger)
    .option('--to <id>', 'the one that is to be the current one')
    .option('--all', 'undo every migration')
    .option('--json', 'print one JSON object')
    .action((count: number | undefined, { to, all, json = false }: DownOptions) => {
      const extent = extentOf({ count, to, all }) ?? { count: 1 };
      return withMigrator(true, async (migrator) => {
        const undone = await migrator.down(extent);
        const text = undone.length > 0 ? `Undone ${undone.join(', ')}` : 'Nothing to undo';
        print(json, { undone, ...(await migrator.status()) }, text);
      });
    });
}

/** `migrate stamp`: says what is applied, without running anything. */
export function stampCommand(): Command {
  return new Command('stamp')
    .description('Record that the migrations up to this one are applied and no others, without running any')
    .argument('<id>', 'the one that is to be the current one')
    .option('--json', 'print one JSON object')
    .action((id: string, { json = false }: JsonOption) =>
      withMigrator(true, async (migrator) => {
        const { noted, struck } = await migrator.stamp(id);
        const text = `Current: ${id}\nRecorded: ${noted.join(', ') || 'none'}\nRemoved: ${struck.join(', ') || 'none'}`;
        print(json, { recorded: noted, removed: struck, ...(await migrator.status()) }, text);
      }),
    );
}

function printScript(isJson: boolean, script: Readonly<{ pending: readonly string[]; sql: string }>): void {
  print(isJson, script, script.sql);
}
