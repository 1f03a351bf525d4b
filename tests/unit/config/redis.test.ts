import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { PRODUCTION, refusedNames, temporaryFile } from './support.ts';

const ENCRYPTED = 'rediss://:pw@redis.example.com';
const PLAIN = 'redis://:pw@redis.example.com';

describe('REDIS_URL', () => {
  it.each([
    'redis://localhost',
    'redis://localhost:6379/0',
    'rediss://user:p%40ss@redis.example.com:6380/15',
    'redis://:pw@[::1]:6379',
    'redis://localhost/',
  ])('may be %s', (url) => {
    expect(readConfig({ REDIS_URL: url }).redis).toEqual({ url, ca: null });
  });

  it.each([
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis://localhost:99999',
    'redis://localhost/zero',
    'redis://localhost/0/1',
    'redis://localhost?db=1',
    'redis://localhost#x',
    'redis://:p w@localhost',
    'redis://:p%zz@localhost',
    'unix:///run/redis.sock',
  ])('may not be %s', (url) => {
    expect(refusedNames({ REDIS_URL: url })).toEqual(['REDIS_URL']);
  });

  it('wants a password in production, by whatever name', () => {
    for (const url of ['rediss://redis', 'rediss://user@redis', 'rediss://user:@redis']) {
      expect(refusedNames({ ...PRODUCTION, REDIS_URL: url }), url).toEqual(['REDIS_URL']);
      expect(readConfig({ REDIS_URL: url }).redis?.url).toBe(url);
    }
    expect(refusedNames({ ...PRODUCTION, REDIS_URL: 'redis://redis', REDIS_TLS: 'disable' })).toEqual([
      'REDIS_URL',
    ]);
  });
});

describe('TLS to Redis', () => {
  it.each([
    ['production', ENCRYPTED, undefined, []],
    ['production', ENCRYPTED, 'verify', []],
    ['production', ENCRYPTED, 'disable', ['REDIS_TLS']],
    ['production', PLAIN, undefined, ['REDIS_URL']],
    ['production', PLAIN, 'verify', ['REDIS_URL']],
    ['production', PLAIN, 'disable', []],
    ['staging', PLAIN, undefined, ['REDIS_URL']],
    ['staging', PLAIN, 'disable', []],
    ['development', PLAIN, undefined, []],
    ['development', PLAIN, 'disable', []],
    ['development', ENCRYPTED, undefined, []],
    ['development', ENCRYPTED, 'disable', ['REDIS_TLS']],
    ['development', PLAIN, 'off', ['REDIS_TLS']],
  ])('in %s, with %s and REDIS_TLS=%s, refuses %j', (ENVIRONMENT, REDIS_URL, REDIS_TLS, refused) => {
    const env = { ...PRODUCTION, ENVIRONMENT, REDIS_URL, REDIS_TLS };

    if (refused.length === 0) expect(readConfig(env).redis).toEqual({ url: REDIS_URL, ca: null });
    else expect(refusedNames(env)).toEqual(refused);
  });

  it('trusts the authorities that REDIS_CA gives, as text or by the path of their file', () => {
    const pem = rootCertificates.slice(0, 2).join('\n');

    for (const REDIS_CA of [pem, temporaryFile(pem)])
      expect(readConfig({ ...PRODUCTION, REDIS_CA }).redis).toEqual({ url: ENCRYPTED, ca: pem });
    expect(refusedNames({ ...PRODUCTION, REDIS_CA: '/nowhere/ca.pem' })).toEqual(['REDIS_CA']);
    expect(refusedNames({ REDIS_CA: temporaryFile('hello') })).toEqual(['REDIS_CA']);
  });
});
