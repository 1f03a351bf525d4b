import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cores } from './machine.ts';
import { freePort, startHelper, untilAnswered } from './processes.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The build that this run measures: nobody else's build takes its place meanwhile. */
const BUILD = join(ROOT, `dist-bench-${process.pid}`);

const BUILD_IF_OLD = `
  const { build, isBuilt } = await import(${JSON.stringify(new URL('../../app/build.mjs', import.meta.url).href)});
  if (!isBuilt()) build();`;

/** Builds the service if a source is younger than its build, and keeps a copy for this run. @throws it cannot be built */
export function prepareBuild(): void {
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', BUILD_IF_OLD], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('The service cannot be built');
  cpSync(join(ROOT, 'dist'), BUILD, { recursive: true });
}

/** Removes that copy. */
export function removeBuild(): void {
  rmSync(BUILD, { recursive: true, force: true });
}

/** The issuer of the tokens, whatever port a server listens on: tokens outlive one start. */
export const ISSUER = 'http://localhost:8080';
export const SECRET_KEY = 'the-key-of-the-bench-which-guards-nothing-at-all-0123456789';

/**
 * What differs from production: `ENVIRONMENT`, for there is neither TLS nor SMTP nor Redis here, limits that nobody
 * reaches, and tokens that outlive the run. Limits are counted all the same.
 */
const SETTINGS = {
  ENVIRONMENT: 'test',
  NODE_ENV: 'production',
  LOG_LEVEL: 'warn',
  HOST: '127.0.0.1',
  PUBLIC_URL: ISSUER,
  SECRET_KEY,
  RATE_LIMIT_CREDENTIALS_PER_MINUTE: '1000000',
  RATE_LIMIT_PUBLIC_PER_MINUTE: '10000000',
  MAX_LOGIN_ATTEMPTS: '1000',
  MAX_LOGIN_ATTEMPTS_PER_IP: '1000',
  ACCESS_TOKEN_EXPIRE_MINUTES: '1440',
};

/** A server that is measured. */
export type Target = Readonly<{
  url: string;
  pid: number;
  /** From its start until `/ready` said yes. */
  readyMs: number;
  stop(): Promise<void>;
}>;

/** Starts the built service, and waits until it is ready. @param env on top of the settings of the bench */
export async function startService(cores: Cores, env: Readonly<Record<string, string>>): Promise<Target> {
  const port = await freePort();
  const helper = startHelper([process.execPath, join(BUILD, 'app/server.js')], {
    cores,
    env: { ...SETTINGS, ...env, PORT: String(port) },
  });
  const url = `http://127.0.0.1:${port}`;
  const readyMs = await untilAnswered(helper, `${url}/ready`);
  return { url, pid: helper.pid, readyMs, stop: () => helper.stop() };
}

/** Starts one of the bench's own servers, which is told its options by its first argument. @param program what Node runs */
export async function startOwn(cores: Cores, program: readonly string[], options: object): Promise<Target> {
  const port = await freePort();
  const helper = startHelper([process.execPath, ...program, JSON.stringify({ ...options, port })], {
    ...{ cores, cwd: ROOT },
    env: { NODE_ENV: 'production' },
  });
  const url = `http://127.0.0.1:${port}`;
  const readyMs = await untilAnswered(helper, `${url}/ready`);
  return { url, pid: helper.pid, readyMs, stop: () => helper.stop() };
}
