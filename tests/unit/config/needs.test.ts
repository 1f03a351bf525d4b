import { describe, expect, it } from 'vitest';
import { type Need, readConfig } from '../../../config/index.ts';
import { DEMANDED, KEY, PRODUCTION, refusedNames } from './support.ts';

const OWNER_URL = 'postgres://owner:pw@db.example.com/gatehouse';

describe('in production a command demands only what it uses', () => {
  it.each<[Need, string[]]>([
    ['server', [...DEMANDED]],
    ['app', ['DATABASE_URL', 'SECRET_KEY']],
    ['system', ['DATABASE_SYSTEM_URL', 'DATABASE_URL', 'SECRET_KEY']],
    ['owner', ['DATABASE_OWNER_URL']],
  ])('%s: %j', (need, names) => {
    expect(refusedNames({ ENVIRONMENT: 'production' }, [need]).sort()).toEqual(names);
  });

  it('nothing else that the server demands, though it reads it', () => {
    const env = { ENVIRONMENT: 'production', DATABASE_URL: PRODUCTION.DATABASE_URL, SECRET_KEY: KEY };

    const config = readConfig(env, { needs: ['app'] });

    expect(config).toMatchObject({ redis: null, smtp: null, metricsCredentials: null, trustedProxies: [] });
    expect(readConfig({ ...PRODUCTION }, { needs: ['app'] }).redis).toEqual({
      url: PRODUCTION.REDIS_URL,
      ca: null,
    });
  });

  it('the system URL for a command over all tenants, whatever WORKER says of the server', () => {
    const env = { ...PRODUCTION, DATABASE_SYSTEM_URL: undefined, WORKER: 'off' };

    expect(refusedNames(env, ['system'])).toEqual(['DATABASE_SYSTEM_URL']);
  });

  it('port: nothing', () => {
    const config = readConfig({ ENVIRONMENT: 'production', PORT: '9000' }, { needs: ['port'] });

    expect(config).toMatchObject({ environment: 'production', port: 9000 });
  });

  it('adds up several needs', () => {
    const names = refusedNames({ ENVIRONMENT: 'production' }, ['owner', 'app']);

    expect(names.sort()).toEqual(['DATABASE_OWNER_URL', 'DATABASE_URL', 'SECRET_KEY']);
  });
});

describe('a narrow need', () => {
  it('passes over what is broken elsewhere, and holds no secret that it does not use', () => {
    const env = { ...PRODUCTION, SECRET_KEY: 'short', ACCESS_TOKEN_EXPIRE_MINUTES: 'x', PUBLIC_URL: 'x' };

    const config = readConfig({ ...env, DATABASE_OWNER_URL: OWNER_URL }, { needs: ['owner'] });

    expect(config).toMatchObject({ secretKeys: null, accessTokenSeconds: 900 });
    expect(config.database).toMatchObject({ ownerUrl: OWNER_URL, systemUrl: null, ssl: 'verify-full' });
    expect(readConfig(env, { needs: ['port'] }).database.url).toBeNull();
  });

  it('still refuses what is wrong with what it uses', () => {
    const env = { ...PRODUCTION, DATABASE_OWNER_URL: `${OWNER_URL}?sslmode=disable` };

    expect(refusedNames(env, ['owner'])).toEqual(['DATABASE_OWNER_URL']);
    expect(refusedNames({ ENVIRONMENT: 'prod', PORT: 'x' }, ['port'])).toEqual(['ENVIRONMENT', 'PORT']);
  });

  it('lets migrations run over DATABASE_URL in development', () => {
    const { database } = readConfig({ DATABASE_URL: OWNER_URL }, { needs: ['owner'] });

    expect(database.ownerUrl).toBe(OWNER_URL);
    expect(readConfig({ DATABASE_OWNER_URL: OWNER_URL }, { needs: ['owner'] }).database.ownerUrl).toBe(
      OWNER_URL,
    );
  });
});

it('a broad need judges every variable, also those that it does not demand', () => {
  const env = { ENVIRONMENT: 'production', DATABASE_URL: PRODUCTION.DATABASE_URL, SECRET_KEY: KEY };

  expect(readConfig(env, { needs: ['app'] }).publicUrl).toBe('http://localhost:8080');
  expect(refusedNames({ ...env, PUBLIC_URL: 'http://a.example' }, ['app'])).toEqual(['PUBLIC_URL']);
});
