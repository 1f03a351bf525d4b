import { BlockList, isIP } from 'node:net';
import type { Parser } from './variable.ts';

/** Networks in CIDR form, an address alone for itself; `none` for no network. */
export const networkList: Parser<readonly string[]> = {
  values: 'addresses or networks (CIDR) separated by commas, or none',
  parse(text) {
    if (text === 'none') return { value: [] };
    const entries = entriesOf(text);
    return entries.every(isNetwork)
      ? { value: [...new Set(entries)] }
      : { reason: `must be ${networkList.values}` };
  },
};

/**
 * Whether one of the networks is wider than any that a proxy of one's own stands in: 10.0.0.0/8 and fc00::/7 are the
 * widest private ones. Only called with text that the parser took.
 */
export function isTooWide(text: string): boolean {
  return (
    text !== 'none' && entriesOf(text).some((entry) => Number(entry.split('/')[1] ?? 128) < widestOf(entry))
  );
}

function widestOf(entry: string): number {
  const [address = ''] = entry.split('/');
  if (isIP(address) === 4) return 8;
  return MAPPED.check(address, 'ipv6') ? 104 : 7;
}

/** IPv4 in IPv6 dress (RFC 4291, section 2.5.5.2). */
const MAPPED = new BlockList();
MAPPED.addSubnet('::ffff:0:0', 96, 'ipv6');

function entriesOf(text: string): readonly string[] {
  return text.split(',').map((entry) => entry.trim());
}

function isNetwork(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  // A zone is the name of an interface of one machine.
  if (version === 0 || address.includes('%') || rest.length > 0) return false;
  if (bits === undefined) return true;
  const bitsMax = version === 4 ? 32 : 128;
  return /^(?:0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= bitsMax && Number(bits) >= bitsMinOf(entry);
}

/** Fewer bits than the dress has would name a network that is half IPv4 and half IPv6. */
function bitsMinOf(entry: string): number {
  const [address = ''] = entry.split('/');
  return isIP(address) === 6 && MAPPED.check(address, 'ipv6') ? 96 : 0;
}
