import { isIP } from 'node:net';

/** What a record may hold here. Whole numbers become `uint32`, others `double`. */
type Value = string | number | Readonly<{ [name: string]: Value }>;
type Leaf = Readonly<{ offset: number }>;
type Node = [left: Node | Leaf | null, right: Node | Leaf | null];

const SEPARATOR_BYTES = 16;
const METADATA_MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');

/**
 * A file in MaxMind format, version 2.0, that tells these networks (CIDR).
 *
 * @param type what the file says of itself, such as `GeoLite2-City`
 * @param ipVersion 6 holds both kinds of addresses
 */
export function mmdbOf(
  networks: Readonly<Record<string, Value>>,
  { type = 'Test-City', ipVersion = 6 }: Readonly<{ type?: string; ipVersion?: 4 | 6 }> = {},
): Buffer {
  const root: Node = [null, null];
  const data: Buffer[] = [];
  let bytes = 0;
  for (const [network, value] of Object.entries(networks)) {
    insert(root, bitsOf(network, ipVersion), { offset: bytes });
    const encoded = encode(value);
    data.push(encoded);
    bytes += encoded.length;
  }
  const nodes = numbered(root);
  const tree = Buffer.concat([...nodes.keys()].map((node) => encodeNode(node, nodes)));
  return Buffer.concat([
    ...[tree, Buffer.alloc(SEPARATOR_BYTES), ...data, METADATA_MARKER],
    encode({
      binary_format_major_version: 2,
      binary_format_minor_version: 0,
      build_epoch: 1_780_000_000,
      database_type: type,
      ip_version: ipVersion,
      node_count: nodes.size,
      record_size: 24,
    }),
  ]);
}

function insert(root: Node, bits: readonly number[], leaf: Leaf): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const next = bit === 0 ? node[0] : node[1];
    const inner: Node = Array.isArray(next) ? next : [null, null];
    node[bit === 0 ? 0 : 1] = inner;
    node = inner;
  }
  node[bits.at(-1) === 0 ? 0 : 1] = leaf;
}

/** The bits that name a network. In a file for both kinds, IPv4 lies in `::/96`. */
function bitsOf(network: string, ipVersion: 4 | 6): readonly number[] {
  const [address = '', length] = network.split('/');
  const isIpv4 = isIP(address) === 4;
  const groups = isIpv4 ? address.split('.').map(Number) : groupsOf(address);
  const own = groups.flatMap((group) => bitsOfNumber(group, isIpv4 ? 8 : 16)).slice(0, Number(length));
  return isIpv4 && ipVersion === 6 ? [...Array<number>(96).fill(0), ...own] : own;
}

function groupsOf(ipv6: string): readonly number[] {
  const [left = [], right = []] = ipv6.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}

function bitsOfNumber(value: number, width: number): readonly number[] {
  return Array.from({ length: width }, (_, index) => (value >> (width - 1 - index)) & 1);
}

function numbered(root: Node, numbers = new Map<Node, number>()): ReadonlyMap<Node, number> {
  numbers.set(root, numbers.size);
  for (const child of root) if (Array.isArray(child)) numbered(child, numbers);
  return numbers;
}

function encodeNode(node: Node, nodes: ReadonlyMap<Node, number>): Buffer {
  const bytes = Buffer.alloc(6);
  for (const [side, child] of node.entries()) {
    const record = Array.isArray(child)
      ? (nodes.get(child) ?? 0)
      : nodes.size + (child === null ? 0 : SEPARATOR_BYTES + child.offset);
    bytes.writeUIntBE(record, side * 3, 3);
  }
  return bytes;
}

const TYPES = { text: 2, double: 3, uint32: 6, map: 7 } as const;

function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([control(TYPES.text, text.length), text]);
  }
  if (typeof value === 'number') return encodeNumber(value);
  const entries = Object.entries(value);
  return Buffer.concat([control(TYPES.map, entries.length), ...entries.flat().map(encode)]);
}

function encodeNumber(value: number): Buffer {
  const isWhole = Number.isInteger(value) && value >= 0;
  const bytes = Buffer.alloc(isWhole ? 4 : 8);
  if (isWhole) bytes.writeUInt32BE(value);
  else bytes.writeDoubleBE(value);
  return Buffer.concat([control(isWhole ? TYPES.uint32 : TYPES.double, bytes.length), bytes]);
}

/** The byte before each value: its type and its size. None here is longer than 28. */
function control(type: number, size: number): Buffer {
  if (size > 28) throw new RangeError('Longer values are not written here');
  return Buffer.from([(type << 5) | size]);
}
