import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { renderConfigurationReference, renderEnvExample } from '../../../config/reference.ts';
import { ALL_VARIABLES, VARIABLES } from '../../../config/variables/index.ts';

describe('.env.example', () => {
  it('changes nothing as it stands', () => {
    expect(readConfig(parseEnv(renderEnvExample()))).toEqual(readConfig({}));
  });

  it('names every variable once, with its default in development', () => {
    const lines = renderEnvExample()
      .split('\n')
      .filter((line) => /^#[A-Z]/.test(line));

    expect(lines.map((line) => line.slice(1).split('=')[0])).toEqual(ALL_VARIABLES.map(({ name }) => name));
    const defaults = lines.filter((line) => !/^#(DATABASE_(?!SSL|POOL)|SECRET_KEY|PUBLIC_URL)/.test(line));
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
    for (const name of [
      'DEBUG',
      'DEFAULT_ADMIN_PASSWORD',
      'JWT_SECRET',
      'JWT_SECRET_KEY',
      'JWT_EXPIRE_MINUTES',
    ])
      expect(text).toContain(`\`${name}\``);
    for (const name of ['JWT_ACCESS_TOKEN_EXPIRES', 'APP_MODE', 'SQLALCHEMY_DATABASE_URI', 'JWT_HEADER_NAME'])
      expect(text).toContain(`\`${name}\``);
  });
});

it('files each variable under its own name', () => {
  for (const [key, { name }] of Object.entries(VARIABLES)) expect(name).toBe(key);
});
