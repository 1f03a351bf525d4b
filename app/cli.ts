#!/usr/bin/env node
import { CommanderError } from 'commander';
import { ConfigInvalid } from '../config/index.ts';
import { Unavailable } from '../core/kernel/errors.ts';
import { EXIT, exitCodeOf } from './cli/exit.ts';
import { buildProgram } from './cli/program.ts';

async function main(): Promise<void> {
  const program = buildProgram();
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode =
      error instanceof CommanderError && error.exitCode === 0 ? EXIT.done : exitCodeOf(error);
    if (error instanceof CommanderError) return;
    const text = textOf(error);
    process.stderr.write(`${error instanceof ConfigInvalid ? '' : 'gatehouse: '}${text}\n`);
  }
}

/** Of a backend that is away the operator wants to know the reason, which a client is not told. */
function textOf(error: unknown): string {
  if (error instanceof Unavailable && error.cause instanceof Error) return error.cause.message;
  return error instanceof Error ? error.message : String(error);
}

await main();
