import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_SECRET_KEY } from '../../config/secret-keys.ts';
import { runCliShared } from '../support/cli-process.ts';
import { cleanEnvironment } from '../support/server-process.ts';

// product.md, section Configuration: what the built server refuses in staging and production, one thing at a time.
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MARKER = 'm4rker';

type Env = Readonly<Record<string, string>>;
type Ended = Readonly<{ code: number | null; stdout: string; stderr: string }>;

/** All that production demands, a marker in whatever is secret, and nobody where it points. */
const COMPLETE: Env = {
  ENVIRONMENT: 'production',
  PUBLIC_URL: 'https://auth.example.com',
  DATABASE_URL: `postgres://gatehouse_app:${MARKER}@127.0.0.1:9/gatehouse`,
  DATABASE_SYSTEM_URL: `postgres://gatehouse_system:${MARKER}@127.0.0.1:9/gatehouse`,
  DATABASE_OWNER_URL: `postgres://gatehouse_owner:${MARKER}@127.0.0.1:9/gatehouse`,
  DATABASE_DIRECT_URL: `postgres://gatehouse_app:${MARKER}@127.0.0.1:9/gatehouse`,
  REDIS_URL: `rediss://:${MARKER}@127.0.0.1:9`,
  SECRET_KEY: `${MARKER}-0123456789-abcdefghijklmnopqrstuvwxyz`,
  TRUST_PROXY: '10.0.0.0/8',
  SMTP_HOST: '127.0.0.1',
  SMTP_PORT: '9',
  SMTP_FROM: 'no-reply@example.com',
  SMTP_USER: 'gatehouse',
  SMTP_PASSWORD: MARKER,
  METRICS_USER: 'prometheus',
  METRICS_PASS: MARKER,
};

const DEMANDED = [
  'DATABASE_SYSTEM_URL',
  'DATABASE_URL',
  'METRICS_PASS',
  'METRICS_USER',
  'PUBLIC_URL',
  'REDIS_URL',
  'SECRET_KEY',
  'SMTP_FROM',
  'SMTP_HOST',
  'TRUST_PROXY',
] as const;

/** What is wrong beside a complete environment, whom the message names, and what it says of it. */
const CASES: readonly (readonly [change: Env, name: string, reason: RegExp])[] = [
  ...DEMANDED.map((name) => [{ [name]: '' }, name, /is required in production/] as const),
  [{ WORKER: 'only', DATABASE_SYSTEM_URL: '' }, 'DATABASE_SYSTEM_URL', /is required/],
  [{ SMTP_PASSWORD: '' }, 'SMTP_PASSWORD', /is missing, though SMTP_USER is set/],
  [{ SMTP_USER: '' }, 'SMTP_USER', /is missing, though SMTP_PASSWORD is set/],
  [{ SECRET_KEY: `${MARKER}-short` }, 'SECRET_KEY', /is shorter than 32 bytes/],
  [{ SECRET_KEY: `${COMPLETE['SECRET_KEY']},${MARKER}` }, 'SECRET_KEY', /entry \(number 2\) .* shorter/],
  [{ SECRET_KEY: 'x'.repeat(64) }, 'SECRET_KEY', /one repeated character/],
  [{ SECRET_KEY: `${COMPLETE['SECRET_KEY']},${'x'.repeat(64)}` }, 'SECRET_KEY', /\(number 2\) .* repeated/],
  [{ SECRET_KEY: EXAMPLE_SECRET_KEY }, 'SECRET_KEY', /our own examples/],
  [{ CORS_ORIGINS: '*' }, 'CORS_ORIGINS', /must not hold "\*"/],
  [{ CORS_ORIGINS: 'https://app.example.com,*' }, 'CORS_ORIGINS', /must not hold "\*"/],
  [{ PUBLIC_URL: 'http://auth.example.com' }, 'PUBLIC_URL', /must begin with https/],
  ...['DATABASE_URL', 'DATABASE_SYSTEM_URL', 'DATABASE_OWNER_URL', 'DATABASE_DIRECT_URL'].map(
    (name) => [{ [name]: `${COMPLETE[name]}?sslmode=disable` }, name, /switches TLS off/] as const,
  ),
  [
    { DATABASE_SSL: 'require', DATABASE_URL: `${COMPLETE['DATABASE_URL']}?ssl=false` },
    'DATABASE_URL',
    /set DATABASE_SSL=disable/,
  ],
  [{ REDIS_URL: 'rediss://127.0.0.1:9' }, 'REDIS_URL', /must hold a password/],
  [{ REDIS_URL: 'redis://127.0.0.1:9', REDIS_TLS: 'disable' }, 'REDIS_URL', /must hold a password/],
  [{ REDIS_URL: `redis://:${MARKER}@127.0.0.1:9` }, 'REDIS_URL', /must begin with rediss:/],
  [{ REDIS_TLS: 'disable' }, 'REDIS_TLS', /though REDIS_URL begins with rediss:/],
  [{ TRUST_PROXY: '0.0.0.0/0' }, 'TRUST_PROXY', /must not trust a network wider/],
  [{ TRUST_PROXY: 'proxy.example.com' }, 'TRUST_PROXY', /must be addresses or networks/],
  [{ ARGON2_MEMORY_COST: '64' }, 'ARGON2_MEMORY_COST', /must be at least 8192/],
  [{ PORT: '0' }, 'PORT', /must be from 1/],
  [{ METRICS_PASS_FILE: `/nowhere` }, 'METRICS_PASS', /and METRICS_PASS_FILE are both set/],
  [{ WORKER: MARKER }, 'WORKER', /must be one of/],
];

/** A server that starts all the same says so in its log: then it is ended at once, and has no code. */
async function runServer(env: Env): Promise<Ended> {
  const child = spawn(process.execPath, [join(ROOT, 'app/run.mjs'), 'server'], {
    cwd: ROOT,
    env: cleanEnvironment({ LOG_LEVEL: 'info', ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
    child.kill('SIGKILL');
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

/** The same as the server, without one: see `config check`, below. */
const configCheck = (env: Env, ...options: string[]) =>
  runCliShared(['config', 'check', ...options], { env, cwd: ROOT });

describe('a complete environment', () => {
  it.each(
    CASES.map(([change, name, reason]) => ({ change: JSON.stringify(change), name, reason })),
  )('is refused with $change: one message, about $name alone, without a secret', async ({
    change,
    name,
    reason,
  }) => {
    const { code, stdout, stderr } = await configCheck({ ...COMPLETE, ...JSON.parse(change) });

    expect({ code, stdout, stderr }).toMatchObject({ code: 1, stdout: '' });
    const [headline, problem, ...rest] = stderr.split('\n');
    expect(headline).toBe('The configuration has 1 problem:');
    expect(problem).toMatch(new RegExp(`^ {2}${name} `));
    expect(problem).toMatch(reason);
    expect(rest).toEqual(['']);
    expect(stderr).not.toContain(MARKER);
    expect(stderr).not.toContain('xxxx');
  });

  // Each of another part of the configuration; the others are of the very same reading of it.
  it.each([
    [{ SECRET_KEY: EXAMPLE_SECRET_KEY }],
    [{ DATABASE_URL: `${COMPLETE['DATABASE_URL']}?sslmode=disable` }],
    [{ REDIS_URL: '' }],
  ])('is refused with %j by the server in the words of the check', async (change) => {
    const env = { ...COMPLETE, ...change };

    const [server, check] = [await runServer(env), await configCheck(env)];

    expect(server).toEqual({ code: 1, stdout: '', stderr: `Gatehouse does not start: ${check.stderr}` });
  });
});

describe('an environment of nothing', () => {
  it.each(['staging', 'production'])('is refused in %s, all that is missing at once', async (ENVIRONMENT) => {
    const { code, stdout, stderr } = await runServer({ ENVIRONMENT });

    expect([code, stdout]).toEqual([1, '']);
    expect(namedIn(stderr)).toEqual([...DEMANDED]);
  });
});

describe('config check', () => {
  it('finds nothing wrong with a complete environment', async () => {
    const { code, stdout, stderr } = await configCheck(COMPLETE, '--json');

    expect([code, JSON.parse(stdout), stderr]).toEqual([0, { valid: true, environment: 'production' }, '']);
  });

  it('demands all that the server does, and says the same', async () => {
    const broken = { ...COMPLETE, DATABASE_URL: '', SECRET_KEY: MARKER, CORS_ORIGINS: '*', TRUST_PROXY: '' };

    for (const env of [{ ENVIRONMENT: 'production' }, { ENVIRONMENT: 'staging' }, broken]) {
      const [server, command] = await Promise.all([runServer(env), configCheck(env, '--json')]);

      expect([command.code, command.stdout]).toEqual([1, '']);
      expect(`Gatehouse does not start: ${command.stderr}`).toBe(server.stderr);
      expect(command.stderr).not.toContain(MARKER);
    }
  });

  it('lets a process without jobs go without the system role', async () => {
    const { code } = await configCheck({ ...COMPLETE, WORKER: 'off', DATABASE_SYSTEM_URL: '' });

    expect(code).toBe(0);
  });
});

function namedIn(stderr: string): readonly (string | undefined)[] {
  return [...stderr.matchAll(/^ {2}([A-Z0-9_]+) /gm)].map(([, name]) => name).sort();
}
