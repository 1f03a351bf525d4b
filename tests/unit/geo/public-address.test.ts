import { describe, expect, it } from 'vitest';
import { publicAddress } from '../../../adapters/geo/public-address.ts';

/** Each network of nobody: its first and last address, and the public ones next to it. */
const RESERVED: readonly (readonly [first: string, last: string, ...neighbours: string[]])[] = [
  ['0.0.0.0', '0.255.255.255', '1.0.0.0'],
  ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['224.0.0.0', '255.255.255.255', '223.255.255.255'],
  ['::', '1fff:ffff::', '2000::'],
  ['2001::', '2001:1ff:ffff::', '2000:ffff::', '2001:200::'],
  ['2001:db8::', '2001:db8:ffff::', '2001:db7:ffff::', '2001:db9::'],
  ['2002::', '2002:ffff:ffff::', '2001:ffff::', '2003::'],
  ['3fff::', '3fff:fff::', '3ffe:ffff::', '3fff:1000::'],
  ['4000::', 'ffff:ffff::', '3fff:ffff::'],
];

describe('an address of nobody', () => {
  it.each(
    RESERVED,
  )('is every one from %s to %s, and not the one next to it', (first, last, ...neighbours) => {
    expect([publicAddress(first), publicAddress(last)]).toEqual([null, null]);
    for (const neighbour of neighbours) expect(publicAddress(neighbour)).toBe(neighbour);
  });
});

describe('IPv4 in IPv6 dress', () => {
  it.each([
    '::ffff:8.8.4.4',
    '::FFFF:8.8.4.4',
    '::ffff:808:404',
    '::ffff:0808:0404',
    '0:0:0:0:0:ffff:808:404',
    '0000:0000:0000:0000:0000:ffff:8.8.4.4',
  ])('is IPv4, written as %s', (text) => {
    expect(publicAddress(text)).toBe('8.8.4.4');
  });

  it.each([
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '::8.8.4.4',
    '64:ff9b::8.8.4.4',
    '::ffff:0:8.8.4.4',
  ])('is nobody’s, or no such dress, in %s', (text) => {
    expect(publicAddress(text)).toBeNull();
  });
});
