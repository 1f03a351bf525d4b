import { describe, expect, it } from 'vitest';
import {
  addressGroupOf,
  clientBehind,
  parseAddress,
  trustedNetworks,
} from '../../../adapters/http/access/client-address.ts';

const PROXIES = trustedNetworks(['10.0.0.0/8', 'fd00::/8', '192.0.2.7']);

/** The client of a connection from `peer` whose X-Forwarded-For reads `forwarded`. */
function clientOf(peer: string | null, forwarded: string): string | null {
  return clientBehind(peer, forwarded === '' ? [] : forwarded.split(', '), PROXIES);
}

describe('the client', () => {
  it.each([
    ['a stranger, whatever it writes', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['a stranger who names a proxy', '203.0.113.9', '198.51.100.1, 10.0.0.1', '203.0.113.9'],
    ['nobody, where the socket does not say', null, '198.51.100.1', null],
    ['a proxy that says nothing', '10.0.0.1', '', '10.0.0.1'],
    ['whom the proxy saw', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['whom the proxy saw, not whom the client named', '10.0.0.1', '6.6.6.6, 198.51.100.1', '198.51.100.1'],
    ['whom the first of two proxies saw', '10.0.0.1', '198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['the same, whatever the client named', '10.0.0.1', '10.9.9.9, 198.51.100.1, 192.0.2.7', '198.51.100.1'],
    ['a proxy that nobody trusts', '10.0.0.1', '198.51.100.1, 192.0.2.8, 10.0.0.2', '192.0.2.8'],
    ['the leftmost, where all are trusted', '10.0.0.1', '10.0.0.4, 10.0.0.3, 10.0.0.2', '10.0.0.4'],
    ['one that came over IPv6', 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['one in another spelling', 'fd00::1', '2001:DB8:0:0::0:7', '2001:db8::7'],
    ['an IPv4 one in IPv6 dress', '10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['one behind a proxy in IPv6 dress', '10.0.0.1', '198.51.100.1, ::ffff:10.0.0.2', '198.51.100.1'],
    ['the same in hexadecimal', '10.0.0.1', '198.51.100.1, ::FFFF:0a00:0002', '198.51.100.1'],
    ['one with its port', '10.0.0.1', '198.51.100.1:1234', '198.51.100.1'],
    ['one in brackets', '10.0.0.1', '[2001:db8::7]', '2001:db8::7'],
    ['one in brackets with its port', '10.0.0.1', '198.51.100.1, [fd00::2]:443', '198.51.100.1'],
  ])('is %s', (_who, peer, forwarded, client) => {
    expect(clientOf(peer, forwarded)).toBe(client);
  });

  // Left of what cannot be read, nobody vouches for anything: to pass over it would let a client in who writes it.
  it.each([
    'unknown',
    '_hidden',
    '',
    'localhost',
    '198.51.100',
    '198.51.100.1.1',
    '198.51.100.01',
    '256.1.1.1',
    '0x0a000001',
    '1:2:3',
    'fe80::1%eth0',
    '[fe80::1%25eth0]',
    '[2001:db8::7',
    '2001:db8::7]:443',
    '[10.0.0.2]',
    '[]',
    ':443',
    '10.0.0.2:',
    '10.0.0.2:port',
    '10.0.0.2:123456',
    '"10.0.0.2"',
    'for=10.0.0.2',
    '10.0.0.2;',
    '10.0.0.0/8',
    '10.0.0.2 10.0.0.3',
    '\u{ff11}0.0.0.2',
  ])('is the last proxy before an entry that is no address: %j', (entry) => {
    expect(clientOf('10.0.0.1', `198.51.100.1, ${entry}`)).toBe('10.0.0.1');
    expect(clientOf('10.0.0.1', `198.51.100.1, ${entry}, 10.0.0.2`)).toBe('10.0.0.2');
    expect(clientOf('10.0.0.1', `${entry}, 198.51.100.1`)).toBe('198.51.100.1');
  });
});

describe('a trusted network', () => {
  it.each([
    ['10.1.2.3/8', ['10.0.0.0', '10.255.255.255'], ['9.255.255.255', '11.0.0.0']],
    ['192.0.2.7', ['192.0.2.7'], ['192.0.2.6', '192.0.2.8']],
    ['192.0.2.6/31', ['192.0.2.6', '192.0.2.7'], ['192.0.2.5', '192.0.2.8']],
    ['fd00::/8', ['fd00::', 'fdff::1'], ['fc00::1', 'fe00::1', '10.0.0.1']],
    ['2001:db8::1', ['2001:db8::1'], ['2001:db8::', '2001:db8::2']],
    ['::ffff:10.0.0.0/104', ['10.0.0.1', '10.255.0.1'], ['11.0.0.1', '::1', '::ffff:0:0:a00:1']],
    ['::ffff:0a00:0001', ['10.0.0.1'], ['10.0.0.2']],
    ['0.0.0.0/0', ['203.0.113.9'], ['::1', '2001:db8::1']],
    ['::/0', ['::1', '2001:db8::1'], ['203.0.113.9']],
  ])('%s holds %j and not %j', (network, inside, outside) => {
    const isTrusted = trustedNetworks([network]);

    expect(inside.filter((address) => !isTrusted(address))).toEqual([]);
    expect(outside.filter(isTrusted)).toEqual([]);
  });

  it('is none where there is none', () => {
    expect(['127.0.0.1', '::1', '10.0.0.1'].filter(trustedNetworks([]))).toEqual([]);
  });
});

describe('the text of an address', () => {
  it.each([
    ['198.51.100.1', '198.51.100.1'],
    ['2001:DB8:0:0:1:0:0:7', '2001:db8::1:0:0:7'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:0102:0304', '1.2.3.4'],
    ['0:0:0:0:0:ffff:ff00:00ff', '255.0.0.255'],
    ['::ffff:0:1', '0.0.0.1'],
    ['::1.2.3.4', '::102:304'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['::ffff:0:1.2.3.4', '::ffff:0:102:304'],
  ])('%s is %s', (text, canonical) => {
    expect(parseAddress(text)).toBe(canonical);
  });

  it.each([
    '',
    ' ',
    '1.2.3',
    ' 1.2.3.4',
    '::1%lo',
    '[::1]',
    '::ffff:1.2.3',
    '1::2::3',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeNull();
  });
});

// One subscriber holds a whole /64: counted by address, it would have a fresh budget for each request.
describe('the key that a sender is counted by', () => {
  it.each([
    ['198.51.100.1', '198.51.100.1'],
    ['::ffff:198.51.100.1', '198.51.100.1'],
    ['::ffff:c633:6401', '198.51.100.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::7', '2001:db8::/64'],
    ['2001:db8:0:0:ffff::', '2001:db8::/64'],
    ['2001:db8:0:1::7', '2001:db8:0:1::/64'],
    ['2001:0:0:1::7', '2001:0:0:1::/64'],
    ['::1', '::/64'],
    ['1::', '1::/64'],
    ['1:2:3::8', '1:2:3::/64'],
    ['0:0:0:4::', '0:0:0:4::/64'],
  ])('of %s is %s', (ip, key) => {
    expect(addressGroupOf(ip)).toBe(key);
  });

  it.each([
    null,
    '',
    'unknown',
    'localhost',
    '198.51.100',
    'fe80::1%eth0',
  ])('of %j is one that all such share', (ip) => {
    expect(addressGroupOf(ip)).toBe('unknown');
  });
});
