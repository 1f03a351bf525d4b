import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type BenchArguments = Readonly<{
  /** Names as they were given; empty: those that run by default. */
  rows: readonly string[];
  /** Also those that take long. */
  isAll: boolean;
  /** One short round of each, to see that everything works. */
  isQuick: boolean;
  /** Writes the report into `bench/results/`. */
  isSaved: boolean;
  rounds: number | null;
  seconds: number | null;
  connections: number | null;
}>;

/** Every connection is somebody else, and no more than these are signed in. */
export const CONNECTIONS_MAX = 32;

/** The command line asks for something that there is not. The message says what there is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws {UsageError} an unknown row or option, or a number that is none */
export function parseArguments(args: readonly string[], known: readonly string[]): BenchArguments {
  const { values, positionals } = parse(args);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`There is no row ${unknown.join(', ')}. Rows: ${known.join(', ')}`);
  return {
    rows: positionals,
    isAll: values.all,
    isQuick: values.quick,
    isSaved: values.save,
    rounds: positive('--rounds', values.rounds),
    seconds: positive('--seconds', values.seconds),
    connections: positive('--connections', values.connections, CONNECTIONS_MAX),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        all: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        save: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        connections: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function positive(name: string, text: string | undefined, max = 9999): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= max) return Number(text);
  throw new UsageError(`${name} must be a whole number from 1 to ${max}`);
}
