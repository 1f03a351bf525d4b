import { Command } from 'commander';
import { downCommand, stampCommand, upCommand } from './migrate/change.ts';
import { historyCommand, statusCommand } from './migrate/look.ts';

/** `migrate up`, `down`, `stamp`, `status` and `history`. */
export function migrateCommand(): Command {
  const migrate = new Command('migrate').description('Brings the database schema up to date, and back');
  for (const command of [upCommand(), downCommand(), stampCommand(), statusCommand(), historyCommand()]) {
    migrate.addCommand(command);
  }
  return migrate;
}
