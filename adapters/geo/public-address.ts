import { isIP } from 'node:net';

type Range = Readonly<{ first: number; last: number }>;

/**
 * The networks of nobody (IANA's registry of special-purpose addresses): at
 * home, between machines, for documents. Tables of networks name countries for
 * some of them all the same.
 */
const RESERVED_IPV4: readonly Range[] = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'],
].map(rangeOf);

/** The same within `2000::/3`, by the first 32 bits: `2001::/23`, `2001:db8::/32`, `2002::/16` and `3fff::/20`. */
const RESERVED_IPV6: readonly Range[] = [
  { first: 0x2001_0000, last: 0x2001_01ff },
  { first: 0x2001_0db8, last: 0x2001_0db8 },
  { first: 0x2002_0000, last: 0x2002_ffff },
  { first: 0x3fff_0000, last: 0x3fff_0fff },
];

/** The address as tables of networks look it up, IPv4 in IPv6 dress as IPv4. `null`: it is none, or nobody's on the Internet. */
export function publicAddress(text: string): string | null {
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return null;
  const address = version === 6 ? (ipv4Of(text) ?? text) : text;
  return isPublic(address) ? address : null;
}

function isPublic(address: string): boolean {
  if (!address.includes(':')) return !isWithin(RESERVED_IPV4, numberOf(address));
  // All that is given out to anybody lies in 2000::/3.
  const [, high, low] = /^([23][\da-f]{3}):([\da-f]{0,4})/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return false;
  return !isWithin(RESERVED_IPV6, Number.parseInt(high + low.padStart(4, '0'), 16));
}

/** The IPv4 address in IPv6 dress (`::ffff:0:0/96`), however it is written; `null` where there is none. */
function ipv4Of(ipv6: string): string | null {
  const [, dotted, high, low] =
    /^[0:]+:ffff:(?:(\d+\.\d+\.\d+\.\d+)|([\da-f]{1,4}):([\da-f]{1,4}))$/i.exec(ipv6) ?? [];
  if (dotted !== undefined) return dotted;
  if (high === undefined || low === undefined) return null;
  return [high, low]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}

function isWithin(ranges: readonly Range[], value: number): boolean {
  return ranges.some(({ first, last }) => value >= first && value <= last);
}

function rangeOf(network: string): Range {
  const [address = '', bits] = network.split('/');
  const first = numberOf(address);
  return { first, last: first + 2 ** (32 - Number(bits)) - 1 };
}

function numberOf(ipv4: string): number {
  return ipv4.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}
