import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { ALL_VARIABLES } from '../../../config/variables/index.ts';
import { KEY, PRODUCTION, refusalOf, refusedNames, temporaryFile, temporaryFolder } from './support.ts';

const MARKER = 'm4rker';

describe('NAME_FILE', () => {
  it('is read for every secret', () => {
    const names = ALL_VARIABLES.filter(({ isSecret }) => isSecret).map(({ name }) => name);

    expect(names.sort()).toEqual([
      'DATABASE_DIRECT_URL',
      'DATABASE_OWNER_URL',
      'DATABASE_PASSWORD',
      'DATABASE_SYSTEM_URL',
      'DATABASE_URL',
      'METRICS_PASS',
      'REDIS_URL',
      'SECRET_KEY',
      'SMTP_PASSWORD',
    ]);
    for (const name of names) {
      expect(refusalOf({ [`${name}_FILE`]: '/nowhere/secret' }).message).toContain(
        `${name} is to come from a file: ${name}_FILE names a file that cannot be read: /nowhere/secret (ENOENT)`,
      );
    }
  });

  it('gives the content without the newline at its end, to production too', () => {
    const env = {
      ...PRODUCTION,
      SECRET_KEY: undefined,
      DATABASE_URL: undefined,
      REDIS_URL: undefined,
      METRICS_PASS: undefined,
      SMTP_USER: 'gatehouse',
      SECRET_KEY_FILE: temporaryFile(`${KEY}\n`),
      DATABASE_URL_FILE: temporaryFile(`${PRODUCTION.DATABASE_URL}\r\n`),
      REDIS_URL_FILE: temporaryFile(`${PRODUCTION.REDIS_URL}\n`),
      METRICS_PASS_FILE: temporaryFile('a pass\n'),
      SMTP_PASSWORD_FILE: temporaryFile('a word\n'),
    };

    const config = readConfig(env);

    expect(config).toMatchObject({
      secretKeys: [KEY],
      database: { url: PRODUCTION.DATABASE_URL },
      redis: { url: PRODUCTION.REDIS_URL },
      metricsCredentials: { password: 'a pass' },
      smtp: { credentials: { user: 'gatehouse', password: 'a word' } },
    });
  });

  it('keeps the spaces of a password', () => {
    const parts = { DATABASE_HOST: 'db', DATABASE_USER: 'app', DATABASE_NAME: 'gate' };

    const { database } = readConfig({ ...parts, DATABASE_PASSWORD_FILE: temporaryFile(' p \n') });

    expect(database.url).toBe('postgres://app:%20p%20@db:5432/gate');
  });

  it('is not read for what is no secret', () => {
    expect(readConfig({ PORT_FILE: '/nowhere' }).port).toBe(8080);
  });

  it('does not stand beside the variable itself', () => {
    const refusal = refusalOf({ SECRET_KEY: KEY, SECRET_KEY_FILE: temporaryFile(KEY) });

    expect(refusal.problems.map(({ name }) => name)).toEqual(['SECRET_KEY']);
    expect(refusal.message).toContain('SECRET_KEY_FILE are both set');
  });

  it('must name a file with something in it', () => {
    expect(refusedNames({ SECRET_KEY_FILE: temporaryFile('\n') })).toEqual(['SECRET_KEY']);
    expect(refusalOf({ SECRET_KEY_FILE: temporaryFolder() }).message).toContain('EISDIR');
  });

  it('is held to the same rules, without its content in the message', () => {
    const refusal = refusalOf({ SECRET_KEY_FILE: temporaryFile(MARKER) });

    expect(refusal.message).toContain('SECRET_KEY is shorter than 32 bytes');
    expect(JSON.stringify([refusal.message, refusal.problems])).not.toContain(MARKER);
  });
});

// An operator may put a secret into the wrong variable, so no value is ever repeated.
it.each(['development', 'production'])('never repeats in %s what any variable held', (ENVIRONMENT) => {
  for (const { name } of ALL_VARIABLES) {
    const wrong = [
      MARKER,
      `${MARKER}://${MARKER}@${MARKER}`,
      `postgres://a:${MARKER}@h/db?ssl${MARKER}=1&sslmode=${MARKER}`,
      `redis://:${MARKER}@h/${MARKER}`,
    ];
    for (const text of wrong) {
      if (name.endsWith('_CA')) continue; // a path, which is told
      const told = messageOf({ ENVIRONMENT, [name]: text });
      expect(told, name).not.toContain(MARKER);
    }
  }
});

it('never repeats a secret that production refuses', () => {
  const refusal = refusalOf({
    ...PRODUCTION,
    DATABASE_URL: `postgres://app:${MARKER}@db/x?sslmode=disable`,
    DATABASE_PASSWORD: MARKER,
    DATABASE_OWNER_URL: `postgres://owner:${MARKER}/@db`,
    SECRET_KEY: MARKER,
    REDIS_URL: `redis://:${MARKER}@redis`,
    SMTP_PASSWORD: MARKER,
    METRICS_USER: undefined,
    METRICS_PASS: MARKER,
  });

  expect(refusal.problems.length).toBeGreaterThanOrEqual(4);
  expect(JSON.stringify([refusal.message, refusal.stack, refusal.problems])).not.toContain(MARKER);
});

function messageOf(env: Record<string, string>): string {
  try {
    readConfig(env);
    return '';
  } catch (error) {
    return error instanceof Error ? `${error.message}${error.stack}${JSON.stringify(error)}` : String(error);
  }
}
