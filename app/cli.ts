#!/usr/bin/env node
import { CommanderError } from 'commander';
import { ConfigInvalid } from '../config/index.ts';
import { type FieldProblem, Unavailable, ValidationFailed } from '../core/kernel/errors.ts';
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
  if (error instanceof ValidationFailed)
    return [error.message, ...error.problems.map(problemLine)].join('\n');
  return error instanceof Error ? error.message : String(error);
}

function problemLine({ pointer, detail }: FieldProblem): string {
  return `  ${pointer || 'the whole of it'}: ${detail}`;
}

await main();
