import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { PRODUCTION, refusedNames } from './support.ts';

describe('TRUST_PROXY', () => {
  it.each([
    ['none', []],
    ['10.0.0.0/8', ['10.0.0.0/8']],
    ['192.0.2.7', ['192.0.2.7']],
    ['10.0.0.0/8, fd00::/8,192.0.2.7/32 ,::1', ['10.0.0.0/8', 'fd00::/8', '192.0.2.7/32', '::1']],
    ['2001:db8::/128,10.0.0.1', ['2001:db8::/128', '10.0.0.1']],
    ['::ffff:10.0.0.0/104', ['::ffff:10.0.0.0/104']],
    ['::ffff:0a00:0001', ['::ffff:0a00:0001']],
    ['10.0.0.1,10.0.0.1', ['10.0.0.1']],
  ])('may be %s, in production too', (text, networks) => {
    expect(readConfig({ TRUST_PROXY: text }).trustedProxies).toEqual(networks);
    expect(readConfig({ ...PRODUCTION, TRUST_PROXY: text }).trustedProxies).toEqual(networks);
  });

  it.each([
    'true',
    '1',
    'None',
    'loopback',
    'proxy.example.com',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '10.0.0.0/255.0.0.0',
    '10.0.0',
    '010.0.0.1',
    '::1/129',
    'fe80::1%eth0',
    'fe80::1%eth0/64',
    '[::1]',
    '10.0.0.1:8080',
    '10.0.0.0/8,',
    ',10.0.0.0/8',
    '10.0.0.0/8 192.0.2.7',
    'none,10.0.0.0/8',
    '10.0.0.0/8,none',
    '::ffff:10.0.0.0/95',
    '::ffff:0a00:0001/8',
  ])('may not be %s, in any environment', (text) => {
    expect(refusedNames({ TRUST_PROXY: text })).toEqual(['TRUST_PROXY']);
    expect(refusedNames({ ...PRODUCTION, TRUST_PROXY: text })).toEqual(['TRUST_PROXY']);
  });

  it.each([
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/8,0.0.0.0/0',
    '::ffff:0:0/96',
    '1.2.3.4/0',
  ])('may not be %s in production, where every client would say who it is', (text) => {
    expect(refusedNames({ ...PRODUCTION, TRUST_PROXY: text })).toEqual(['TRUST_PROXY']);
    expect(readConfig({ TRUST_PROXY: text }).trustedProxies).toEqual(text.split(','));
  });
});
