import pino from 'pino';
import type { Config } from '../config/index.ts';

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

/** JSON lines: on stdout for the service, on stderr for a command whose stdout is its answer. */
export function createLogger(level: Config['logLevel'], destination: 'stdout' | 'stderr' = 'stdout'): Logger {
  const paths = SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '[hidden]' },
    },
    pino.destination({ fd: destination === 'stdout' ? 1 : 2, sync: true }),
  );
}
