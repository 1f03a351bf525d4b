import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { EXAMPLE_SECRET_KEY, EXAMPLE_SECRET_KEYS } from '../../../config/secret-keys.ts';
import { DEMANDED, KEY, PRODUCTION, refusalOf, refusedNames } from './support.ts';

describe.each(['staging', 'production'])('%s', (environment) => {
  const complete = { ...PRODUCTION, ENVIRONMENT: environment };

  it('starts with what it demands', () => {
    expect(readConfig(complete)).toMatchObject({ publicUrl: 'https://auth.example.com', secretKeys: [KEY] });
  });

  it.each(DEMANDED)('refuses to go without %s', (name) => {
    expect(refusedNames({ ...complete, [name]: undefined })).toEqual([name]);
    expect(refusedNames({ ...complete, [name]: '' })).toEqual([name]);
  });

  it.each([
    ['PORT', '0'],
    ['PUBLIC_URL', 'http://auth.example.com'],
    ['CORS_ORIGINS', '*'],
    ['SECRET_KEY', 'a'.repeat(64)],
    ['SECRET_KEY', `${KEY},${'a'.repeat(64)}`],
    ['SECRET_KEY', EXAMPLE_SECRET_KEY],
    ['SECRET_KEY', `${KEY}, ${EXAMPLE_SECRET_KEY}`],
    ['SECRET_KEY', `${KEY},${'b'.repeat(31)}`],
    ['ARGON2_MEMORY_COST', '8191'],
    ['DATABASE_URL', `${PRODUCTION.DATABASE_URL}?sslmode=disable`],
    ['DATABASE_SYSTEM_URL', `${PRODUCTION.DATABASE_SYSTEM_URL}?ssl=0`],
    ['DATABASE_DIRECT_URL', `${PRODUCTION.DATABASE_URL}?sslmode=disable`],
    ['REDIS_URL', 'rediss://redis.example.com'],
    ['REDIS_URL', 'rediss://user@redis.example.com'],
    ['REDIS_URL', 'redis://:pw@redis.example.com'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '10.0.0.0/8, ::/0'],
    ['TRUST_PROXY', '::ffff:0.0.0.0/96'],
  ])('refuses %s=%s', (name, text) => {
    expect(refusedNames({ ...complete, [name]: text })).toEqual([name]);
  });

  it('goes without TLS to PostgreSQL only when DATABASE_SSL says so', () => {
    const url = `${PRODUCTION.DATABASE_URL}?sslmode=disable`;

    expect(readConfig({ ...complete, DATABASE_SSL: 'disable', DATABASE_URL: url }).database.ssl).toBe(
      'disable',
    );
    expect(refusedNames({ ...complete, DATABASE_SSL: 'require', DATABASE_URL: url })).toEqual([
      'DATABASE_URL',
    ]);
  });

  it('takes a secret key of exactly 32 bytes, and memory of exactly 8 MiB', () => {
    const key = `${'ü'.repeat(15)}ab`;

    const config = readConfig({ ...complete, SECRET_KEY: key, ARGON2_MEMORY_COST: '8192' });

    expect(config).toMatchObject({ secretKeys: [key], argon2: { memoryCostKib: 8192 } });
  });

  it('does not let the serving role own the schema or work across tenants', () => {
    expect(readConfig(complete).database.ownerUrl).toBeNull();
    expect(refusedNames({ ...complete, DATABASE_SYSTEM_URL: undefined })).toEqual(['DATABASE_SYSTEM_URL']);
  });

  it('lets a process that runs no jobs go without the system role, and no other', () => {
    const env = { ...complete, DATABASE_SYSTEM_URL: undefined };

    expect(readConfig({ ...env, WORKER: 'off' })).toMatchObject({
      worker: 'off',
      database: { systemUrl: null },
    });
    for (const WORKER of ['on', 'only', '']) {
      expect(refusedNames({ ...env, WORKER })).toEqual(['DATABASE_SYSTEM_URL']);
    }
  });

  it('tells everything that is missing at once', () => {
    const names = refusedNames({ ENVIRONMENT: environment });

    expect(names.sort()).toEqual([...DEMANDED]);
  });
});

describe.each(['development', 'test'])('%s', (ENVIRONMENT) => {
  it('takes what production refuses', () => {
    const env = { ENVIRONMENT, PORT: '0', SECRET_KEY: 'a'.repeat(32), ARGON2_MEMORY_COST: '16' };

    expect(readConfig({ ...env, PUBLIC_URL: 'http://127.0.0.1:3000' })).toMatchObject({
      environment: ENVIRONMENT,
    });
  });
});

it('says which of several keys is at fault, by its place', () => {
  const env = { ...PRODUCTION, SECRET_KEY: `${KEY},${'a'.repeat(64)}` };

  expect(refusalOf(env).message).toContain(
    'SECRET_KEY has an entry (number 2) that is one repeated character',
  );
});

// A key in a document is a key that everybody has: whoever writes one there must add it to the list.
it('knows every secret key that stands in a document of ours', () => {
  const documents = ['.env.example', 'README.md', ...filesBelow('docs')].filter((path) => existsSync(path));
  const texts = documents.map((path) => readFileSync(path, 'utf8'));

  const keys = texts.flatMap((text) =>
    [...text.matchAll(/SECRET_KEY=['"]?([\w+/=-]{32,})/g)].map(([, key]) => key),
  );

  expect(keys).toContain(EXAMPLE_SECRET_KEY);
  expect(EXAMPLE_SECRET_KEYS).toEqual(expect.arrayContaining(keys));
});

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name));
}
