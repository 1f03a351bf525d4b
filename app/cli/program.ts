import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { adminCommand } from './admin.ts';
import { configCommand } from './config.ts';
import { healthcheckCommand } from './healthcheck.ts';
import { keysCommand } from './keys.ts';
import { mailCommand } from './mail.ts';
import { migrateCommand } from './migrate.ts';
import { tenantCommand } from './tenant.ts';

/** The command line of an operator. */
export function buildProgram(): Command {
  const program = new Command('gatehouse')
    .description('Operates a Gatehouse installation, beside a running server or without it')
    .version(VERSION)
    .showHelpAfterError();
  const commands = [
    ...[migrateCommand(), tenantCommand(), adminCommand()],
    ...[keysCommand(), mailCommand(), configCommand(), healthcheckCommand()],
  ];
  for (const command of commands) program.addCommand(command);
  throwInsteadOfExiting(program);
  return program;
}

/** Commander exits by itself otherwise, and with 1 where the contract says 2. */
function throwInsteadOfExiting(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExiting(child);
}
