import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { PRODUCTION, refusedNames, temporaryFile } from './support.ts';

const URL_A = 'postgres://a:pw@localhost/db';
const URL_B = 'postgresql://b:pw@localhost/db';

function databaseOf(env: Record<string, string>) {
  return readConfig(env).database;
}

describe('the three roles', () => {
  it('share one URL in development', () => {
    expect(databaseOf({ DATABASE_URL: URL_A })).toMatchObject({
      url: URL_A,
      ownerUrl: URL_A,
      systemUrl: URL_A,
      directUrl: URL_A,
    });
  });

  it('have their own where they are given', () => {
    const env = { DATABASE_URL: URL_A, DATABASE_OWNER_URL: URL_B };

    expect(databaseOf(env)).toMatchObject({ url: URL_A, ownerUrl: URL_B, systemUrl: URL_A });
  });

  it('are not split between an outside and an embedded server', () => {
    expect(refusedNames({ DATABASE_OWNER_URL: URL_B })).toEqual(['DATABASE_OWNER_URL']);
    expect(refusedNames({ DATABASE_SYSTEM_URL: URL_B })).toEqual(['DATABASE_SYSTEM_URL']);
    expect(refusedNames({ DATABASE_DIRECT_URL: URL_B })).toEqual(['DATABASE_DIRECT_URL']);
  });

  it('go around a pooler where DATABASE_DIRECT_URL says how, in every environment', () => {
    expect(databaseOf({ DATABASE_URL: URL_A, DATABASE_DIRECT_URL: URL_B })).toMatchObject({
      url: URL_A,
      directUrl: URL_B,
    });
    expect(databaseOf(PRODUCTION).directUrl).toBe(PRODUCTION.DATABASE_URL);
    expect(databaseOf({ ...PRODUCTION, DATABASE_DIRECT_URL: URL_B }).directUrl).toBe(URL_B);
    expect(refusedNames({ ...PRODUCTION, DATABASE_DIRECT_URL: 'mysql://a@b/c' })).toEqual([
      'DATABASE_DIRECT_URL',
    ]);
  });
});

describe('a database in parts', () => {
  const parts = { DATABASE_HOST: 'db', DATABASE_USER: 'app', DATABASE_NAME: 'gate' };

  it('makes a URL, with the password encoded', () => {
    const { url } = databaseOf({ ...parts, DATABASE_PORT: '6432', DATABASE_PASSWORD: 'p@ss:/?#%word' });

    expect(url).toBe('postgres://app:p%40ss%3A%2F%3F%23%25word@db:6432/gate');
    expect(decodeURIComponent(new URL(url ?? '').password)).toBe('p@ss:/?#%word');
  });

  it.each([
    ['db', 'postgres://app@db:5432/gate'],
    ['::1', 'postgres://app@[::1]:5432/gate'],
    ['/var/run/postgresql', 'postgres://app@%2Fvar%2Frun%2Fpostgresql:5432/gate'],
  ])('at %s', (host, expected) => {
    expect(databaseOf({ ...parts, DATABASE_HOST: host }).url).toBe(expected);
  });

  it('satisfies production in place of DATABASE_URL', () => {
    const config = readConfig({ ...PRODUCTION, DATABASE_URL: undefined, ...parts });

    expect(config.database).toMatchObject({ url: 'postgres://app@db:5432/gate', ssl: 'verify-full' });
  });

  it('wants host, user and name', () => {
    expect(refusedNames({ DATABASE_PASSWORD: 'x' })).toEqual([
      'DATABASE_HOST',
      'DATABASE_USER',
      'DATABASE_NAME',
    ]);
    expect(refusedNames({ ...parts, DATABASE_NAME: '' })).toEqual(['DATABASE_NAME']);
  });

  it('does not stand beside DATABASE_URL', () => {
    expect(refusedNames({ DATABASE_URL: URL_A, DATABASE_PASSWORD: 'x' })).toEqual(['DATABASE_URL']);
  });

  it('refuses a name, host or port that would change the URL', () => {
    expect(refusedNames({ ...parts, DATABASE_NAME: 'a?sslmode=disable' })).toEqual(['DATABASE_NAME']);
    expect(refusedNames({ ...parts, DATABASE_HOST: 'a@b' })).toEqual(['DATABASE_HOST']);
    expect(refusedNames({ ...parts, DATABASE_PORT: '0' })).toEqual(['DATABASE_PORT']);
  });
});

describe('a URL', () => {
  it.each([
    'mysql://a@localhost/db',
    'localhost:5432/db',
    'postgres://',
    'postgres://a:p/w@localhost/db',
    'postgres://a:p#w@localhost/db',
    'postgres://a:p w@localhost/db',
    `${URL_A}?sslmode=sometimes`,
    `${URL_A}?sslmode=constructor`,
    `${URL_A}?sslrootcert=/tmp/ca.pem`,
    `${URL_A}?sslcert=/tmp/c.pem&sslkey=/tmp/k.pem`,
  ])('is refused: %s', (url) => {
    expect(refusedNames({ DATABASE_URL: url })).toEqual(['DATABASE_URL']);
  });

  it.each([
    'postgres://a@/db?host=%2Ftmp',
    'postgres:///db?host=%2Ftmp',
    'postgres://a@[::1]:5432/db',
    URL_B,
  ])('is taken: %s', (url) => {
    expect(databaseOf({ DATABASE_URL: url }).url).toBe(url);
  });
});

// The driver lets parameters of the URL overrule its own TLS settings, so none may be left in it.
describe('TLS', () => {
  it.each([
    'sslmode=require',
    'ssl=true',
    'ssl%6Dode=require',
    'uselibpqcompat=true&sslmode=require',
  ])('is taken out of the URL: %s', (parameters) => {
    const database = databaseOf({ DATABASE_URL: `${URL_A}?${parameters}&application_name=x` });

    expect(database).toMatchObject({ url: `${URL_A}?application_name=x`, ssl: 'require' });
  });

  it.each([
    ['disable', 'disable'],
    ['prefer', 'disable'],
    ['no-verify', 'require'],
    ['verify-ca', 'verify-full'],
    ['verify-full', 'verify-full'],
  ])('in development, sslmode=%s is %s', (sslmode, expected) => {
    expect(databaseOf({ DATABASE_URL: `${URL_A}?sslmode=${sslmode}` }).ssl).toBe(expected);
  });

  it.each([
    'allow',
    'prefer',
    'no-verify',
    'require',
  ])('in production, sslmode=%s weakens nothing', (sslmode) => {
    const config = readConfig({
      ...PRODUCTION,
      DATABASE_URL: `${PRODUCTION.DATABASE_URL}?sslmode=${sslmode}`,
    });

    expect(config.database).toMatchObject({ url: PRODUCTION.DATABASE_URL, ssl: 'verify-full' });
  });

  it('follows the strictest of the URLs', () => {
    const env = {
      DATABASE_URL: `${URL_A}?sslmode=require`,
      DATABASE_OWNER_URL: `${URL_B}?sslmode=verify-full`,
    };

    expect(databaseOf(env).ssl).toBe('verify-full');
  });

  it('refuses a URL that asks for more than an explicit DATABASE_SSL', () => {
    const env = { DATABASE_SSL: 'disable', DATABASE_URL: `${URL_A}?sslmode=verify-full` };

    expect(refusedNames(env)).toEqual(['DATABASE_URL']);
  });
});

describe('DATABASE_CA', () => {
  const pem = rootCertificates.slice(0, 2).join('\n');

  it('is PEM text, or the path of its file', () => {
    expect(databaseOf({ DATABASE_CA: pem }).ca).toBe(pem);
    expect(databaseOf({ DATABASE_CA: temporaryFile(pem) }).ca).toBe(pem);
  });

  it.each([
    '/nowhere/ca.pem',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    '-----BEGIN PRIVATE KEY-----',
  ])('refuses %j', (text) => {
    expect(refusedNames({ DATABASE_CA: text })).toEqual(['DATABASE_CA']);
  });

  it('refuses a file without certificates', () => {
    expect(refusedNames({ DATABASE_CA: temporaryFile('hello') })).toEqual(['DATABASE_CA']);
  });
});
