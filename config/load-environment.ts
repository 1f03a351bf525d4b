import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { EnvironmentVariables } from './lookup.ts';
import { ConfigInvalid } from './problems.ts';
import { readTextFile } from './text-file.ts';

/**
 * The process's environment over the `.env` of the working directory. What the
 * process has, even empty, wins. With `ENVIRONMENT=test` in the process's own,
 * `.env` is not looked at: a developer's file must not change what tests see.
 *
 * @throws {ConfigInvalid} there is a `.env` that cannot be read
 */
export function loadEnvironment(
  own: EnvironmentVariables = process.env,
  directory: string = process.cwd(),
): EnvironmentVariables {
  const path = join(directory, '.env');
  if (own['ENVIRONMENT'] === 'test' || !existsSync(path)) return { ...own };
  const file = readTextFile(path);
  if ('value' in file) return { ...parseEnv(file.value), ...own };
  throw new ConfigInvalid([{ name: '.env', reason: file.reason, example: 'cp .env.example .env' }]);
}
