import { write, writeSync } from 'node:fs';
import pino from 'pino';
import type { Config } from '../config/index.ts';
import { createLogStream, type LogSink } from './log-stream.ts';

/** Never logged in the first place; should it be one day, it is hidden here. */
const SECRETS = [
  'access_token',
  'authorization',
  'cookie',
  'password',
  'passwordHash',
  'refresh_token',
  'secret',
  'set-cookie',
  'token',
  'x-api-key',
];

export type Logger = pino.Logger;

export type Log = Readonly<{
  /** JSON lines. */
  logger: Logger;
  /** Text for people, in its place between the lines. */
  print(text: string): void;
  /** Resolves when all of that is written, or nobody has taken it for a second. */
  flush(): Promise<void>;
  /** How many lines were dropped so far, as nobody took them in time. */
  countDroppedLines(): number;
}>;

/**
 * Opens the log: on stdout for the service, on stderr for a command whose stdout is its answer.
 *
 * Nobody waits for whoever reads it: a pipe that is full, a disk without room
 * and a reader who left cost lines, which are counted, and nothing else.
 */
export function openLog(level: Config['logLevel'], destination: 'stdout' | 'stderr' = 'stdout'): Log {
  const stream = createLogStream({
    sink: standardStream(destination),
    onDropped: (count) =>
      logger.warn({ dropped_lines: count }, 'log lines were dropped: nobody took them in time'),
  });
  const paths = SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);
  const logger: Logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '[hidden]' },
    },
    stream,
  );
  process.on('exit', stream.finish);
  return {
    logger,
    print: stream.write,
    flush: () => new Promise((resolve) => stream.flush(resolve)),
    countDroppedLines: stream.countDropped,
  };
}

/** The logger alone, for whoever prints nothing else there. */
export function createLogger(level: Config['logLevel'], destination?: 'stdout' | 'stderr'): Logger {
  return openLog(level, destination).logger;
}

/**
 * Node makes a pipe or socket non-blocking when it opens its own stream over
 * it. So a full one refuses a write; it would else hold a thread for good, and
 * with it the end of the process.
 */
function standardStream(destination: 'stdout' | 'stderr'): LogSink {
  process[destination].on('error', () => undefined);
  const fd = destination === 'stdout' ? 1 : 2;
  return {
    write: (chunk, done) => write(fd, chunk, 0, chunk.length, null, done),
    writeSync: (chunk) => writeSync(fd, chunk),
  };
}
