import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ConfigInvalid, type Need, readConfig } from '../../../config/index.ts';

type Env = Record<string, string | undefined>;

export const KEY = 'k3yk3yk3y-0123456789-abcdefghijklmnop';

/** All that production demands, and nothing that it refuses. */
export const PRODUCTION = {
  ENVIRONMENT: 'production',
  PUBLIC_URL: 'https://auth.example.com',
  DATABASE_URL: 'postgres://gatehouse_app:pw@db.example.com/gatehouse',
  DATABASE_SYSTEM_URL: 'postgres://gatehouse_system:pw@db.example.com/gatehouse',
  SECRET_KEY: KEY,
  REDIS_URL: 'rediss://:pw@redis.example.com',
  TRUST_PROXY: '10.0.0.0/8',
  SMTP_HOST: 'smtp.example.com',
  SMTP_FROM: 'no-reply@example.com',
  METRICS_USER: 'prometheus',
  METRICS_PASS: 'pw',
} as const;

/** What production demands of the server, each by itself. */
export const DEMANDED = [
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

/** What `readConfig` refuses with; fails the test when it accepts. */
export function refusalOf(env: Env, needs: readonly Need[] = ['server']): ConfigInvalid {
  try {
    readConfig(env, { needs });
  } catch (error) {
    if (error instanceof ConfigInvalid) return error;
    throw error;
  }
  throw new Error('The configuration was accepted');
}

/** The names of the variables that are refused. */
export function refusedNames(env: Env, needs?: readonly Need[]): string[] {
  return refusalOf(env, needs).problems.map(({ name }) => name);
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The path of a file with this text, gone after the test. */
export function temporaryFile(text: string): string {
  const path = join(temporaryFolder(), 'value');
  writeFileSync(path, text);
  return path;
}
