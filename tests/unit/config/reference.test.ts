import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { renderConfigurationReference, renderEnvExample } from '../../../config/reference.ts';
import { defaultText } from '../../../config/variable.ts';
import { ALL_VARIABLES, VARIABLES } from '../../../config/variables/index.ts';

describe('.env.example', () => {
  it('changes nothing as it stands', () => {
    expect(readConfig(parseEnv(renderEnvExample()))).toEqual(readConfig({}));
  });

  it('names every variable once, with its default in development', () => {
    const lines = renderEnvExample()
      .split('\n')
      .filter((line) => /^#[A-Z]/.test(line));

    const named = lines.map((line) => line.slice(1).split('=')[0]);
    expect([...named].sort()).toEqual(ALL_VARIABLES.map(({ name }) => name).sort());
    const standsAlone = ALL_VARIABLES.filter(
      (variable) => defaultText(variable, 'development') !== null && variable.name !== 'DATABASE_PORT',
    ).map(({ name }) => name);
    const defaults = lines.filter((line) => standsAlone.some((name) => line.startsWith(`#${name}=`)));
    const env = parseEnv(defaults.map((line) => line.slice(1)).join('\n'));
    expect(readConfig(env)).toEqual(readConfig({}));
    expect(Object.keys(env)).toHaveLength(defaults.length);
  });
});

describe('the reference', () => {
  const text = renderConfigurationReference();

  it('has a row for every variable, in tables that hold together', () => {
    for (const { name } of ALL_VARIABLES) expect(text).toContain(`| \`${name}\` | `);
    const rows = text.split('\n').filter((line) => /^\| `[A-Z0-9_]+` \| .* \| .* \| /.test(line));
    for (const row of rows) expect(row.split(/(?<!\\)\|/), row).toHaveLength(6);
    expect(rows).toHaveLength(ALL_VARIABLES.length);
  });

  it('tells NAME_FILE, the refusals and what is deliberately not there', () => {
    expect(text).toContain('`SECRET_KEY_FILE`');
    for (const { name, demandedBy, productionRule } of ALL_VARIABLES) {
      if (productionRule) expect(text).toContain(`- with ${productionRule.says};`);
      if (demandedBy?.includes('server')) expect(text).toContain(`- without \`${name}\``);
    }
  });

  it('marks what nothing acts by yet, and marks it no longer once something does', () => {
    const acting = ['app', 'adapters', 'core'].flatMap(sourcesBelow).join('\n');

    const marked = ALL_VARIABLES.filter(({ isAhead }) => isAhead).map(({ name }) => name);

    expect(marked.sort()).toEqual(Object.keys(AHEAD).sort());
    for (const name of marked) expect(rowOf(name)).toContain('nothing in this release acts by it');
    expect(Object.values(AHEAD).filter((field) => new RegExp(`\\b${field}\\b`).test(acting))).toEqual([]);
  });

  it('lets a command over all tenants go without the system URL in no case', () => {
    expect(rowOf('mail')).toContain('`DATABASE_SYSTEM_URL`, `SECRET_KEY`');
    expect(text).toContain('- without `DATABASE_SYSTEM_URL` (unless `WORKER=off`);');
  });

  it('points to guides that are there', () => {
    const links = [...text.matchAll(/\]\((\.\.\/[^)]+)\)/g)].map(([, link = '']) => link);

    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(existsSync(join('docs/reference', link)), link).toBe(true);
  });

  function rowOf(name: string): string {
    return text.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
  }
});

// product.md, section Configuration: each with what to use instead.
it.each([
  ['`DEBUG`', '`LOG_LEVEL=debug`'],
  ['`DEFAULT_ADMIN_PASSWORD`', 'one-time link'],
  ['`JWT_HEADER_NAME`', 'RFC 6750'],
  ['`JWT_HEADER_TYPE`', 'RFC 6750'],
  ['lists of CORS methods and headers', 'the routes decide'],
  ['backup codes before MFA is proved', 'the first proved code'],
  ['`http_error`', 'every error has its own code'],
  ['30-minute access tokens outside production', '`ACCESS_TOKEN_EXPIRE_MINUTES`'],
  ['`JWT_SECRET`', '`SECRET_KEY`'],
  ['`JWT_SECRET_KEY`', '`SECRET_KEY`'],
  ['`JWT_EXPIRE_MINUTES`', '`ACCESS_TOKEN_EXPIRE_MINUTES`'],
  ['`JWT_ACCESS_TOKEN_EXPIRES`', '`ACCESS_TOKEN_EXPIRE_MINUTES`'],
  ['`APP_MODE`', '`ENVIRONMENT`'],
  ['`SQLALCHEMY_DATABASE_URI`', '`DATABASE_URL`'],
  ['`/api/v1/users/login`', '`POST /auth/login`'],
  ['`/api/v1/chat`', 'the example application that uses Gatehouse'],
])('the reference says that %s is deliberately not there, and what to use instead', (not, instead) => {
  const [, list = ''] = renderConfigurationReference().split('## Deliberately not');

  const rows = list.split('\n').filter((line) => line.split(' | ')[0]?.includes(not));

  expect(rows).toHaveLength(1);
  expect(rows[0]?.split(' | ')[1]).toContain(instead);
});

it('files each variable under its own name', () => {
  for (const [key, { name }] of Object.entries(VARIABLES)) expect(name).toBe(key);
});

/** What is read ahead, with the field of the configuration that nobody may ask for yet. */
const AHEAD: Readonly<Record<string, string>> = {
  ACCOUNT_DELETION_GRACE_DAYS: 'accountDeletionGraceDays',
  API_KEY_DEFAULT_EXPIRE_DAYS: 'apiKeyDefaultExpireDays',
  API_KEY_MAX_PER_USER: 'apiKeyMaxPerUser',
  MAGIC_LINK_EXPIRE_MINUTES: 'magicLinkSeconds',
  MAGIC_LINK_RATE_LIMIT: 'magicLinksPerFiveMinutes',
  PASSWORD_RESET_EXPIRE_MINUTES: 'passwordResetSeconds',
};

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
