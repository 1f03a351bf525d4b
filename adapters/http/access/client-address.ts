import { BlockList, isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export type ClientAddressDeps = Readonly<{
  /** Networks (CIDR) whose forwarded headers are believed; none: nobody's are. */
  trustedProxies: readonly string[];
}>;

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether forwarded headers of this peer are believed. Wants an address as {@link parseAddress} gives it. */
    isTrustedProxy(address: string): boolean;
  }
  interface FastifyRequest {
    /** Ask {@link clientAddressOf}. `null` until somebody has. */
    sender: Sender | null;
  }
}

type Sender = Readonly<{
  /** Who opened the connection; `null` where the socket does not say. */
  peer: string | null;
  isProxy: boolean;
  client: string | null;
}>;

/** What only a proxy has a reason to send. */
const FORWARDED_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const;

/**
 * Finds out who sends each request, before anybody else asks.
 *
 * `X-Forwarded-For` and `X-Forwarded-Proto` are believed from trusted peers
 * alone; `Forwarded` (RFC 7239), `X-Real-IP` and `X-Forwarded-Host` from nobody.
 * The first stranger who sends one of them is named in a warning, the only one
 * in the life of the process: it may be a proxy that `TRUST_PROXY` forgot.
 */
export function registerClientAddress(server: FastifyInstance, { trustedProxies }: ClientAddressDeps): void {
  let hasWarned = false;
  server.decorate('isTrustedProxy', trustedNetworks(trustedProxies));
  server.decorateRequest('sender', null);
  server.addHook('onRequest', (request, _reply, next) => {
    // Asked for now, because a socket that was closed no longer tells its peer.
    const { peer, isProxy } = senderOf(request);
    if (!hasWarned && !isProxy && FORWARDED_HEADERS.some((name) => name in request.headers)) {
      hasWarned = true;
      request.log.warn(
        `forwarded headers from ${peer ?? 'an unknown peer'} are ignored: it is not in TRUST_PROXY`,
      );
    }
    next();
  });
}

/** The address of the client, an IPv4 or a canonical IPv6 one; `null` where the socket tells none. */
export function clientAddressOf(request: FastifyRequest): string | null {
  return senderOf(request).client;
}

/** Whether a trusted proxy says that the request came to it over plain http. The proxy next to us counts. */
export function isMarkedAsHttp(request: FastifyRequest): boolean {
  if (!senderOf(request).isProxy) return false;
  return listIn(request, 'x-forwarded-proto').at(-1)?.toLowerCase() === 'http';
}

/**
 * The key under which requests of one sender are counted.
 *
 * An IPv4 address counts by itself and an IPv6 one by its /64, which one
 * subscriber holds whole. All that is unknown shares one key.
 */
export function addressGroupOf(ip: string | null): string {
  const address = ip === null ? null : parseAddress(ip);
  if (address === null) return 'unknown';
  return address.includes(':') ? networkOf(address) : address;
}

/**
 * Goes from the peer leftwards through what proxies wrote down, for as long as
 * whoever wrote an entry is trusted.
 *
 * The first untrusted address is the client, or the leftmost where all are
 * trusted. An entry that is no address ends the way before it, and is never
 * passed over: what stands left of it was vouched for by nobody.
 *
 * @param forwardedFor the entries of `X-Forwarded-For`, the nearest proxy's last
 */
export function clientBehind(
  peer: string | null,
  forwardedFor: readonly string[],
  isTrusted: (address: string) => boolean,
): string | null {
  let client = peer;
  for (const entry of forwardedFor.toReversed()) {
    if (client === null || !isTrusted(client)) return client;
    const address = parseAddress(withoutPort(entry));
    if (address === null) return client;
    client = address;
  }
  return client;
}

/** Answers whether an address, as {@link parseAddress} gives it, is in one of these networks (CIDR, or an address alone). */
export function trustedNetworks(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => false;
  // One for each, because a list of both takes IPv4 for a part of `::/0`.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const network of networks) {
    const [text = '', bits] = network.split('/');
    const address = parseAddress(text);
    if (address === null) throw new TypeError('A trusted network is not one');
    const family = familyOf(address);
    const width = family === 'ipv4' ? 32 : 128;
    // An IPv4 network in IPv6 dress counts its bits from the dress on.
    const offset = familyOf(text) === family ? 0 : 96;
    lists[family].addSubnet(address, bits === undefined ? width : Number(bits) - offset, family);
  }
  return (address) => lists[familyOf(address)].check(address, familyOf(address));
}

/**
 * One text for each address: IPv6 in its canonical form (RFC 5952), and IPv4 in
 * IPv6 dress (`::ffff:0:0/96`) as IPv4. `null` for what is no address, a zone included.
 */
export function parseAddress(text: string): string | null {
  const version = text.includes('%') ? 0 : isIP(text);
  if (version === 0) return null;
  if (version === 4) return text;
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return canonical;
  return [high, low].flatMap(bytesOf).join('.');
}

function senderOf(request: FastifyRequest): Sender {
  if (request.sender) return request.sender;
  const { isTrustedProxy } = request.server;
  // A link-local peer comes with the name of our own interface, which says nothing of it.
  const [address = ''] = (request.raw.socket.remoteAddress ?? '').split('%');
  const peer = parseAddress(address);
  const isProxy = peer !== null && isTrustedProxy(peer);
  const client = isProxy ? clientBehind(peer, listIn(request, 'x-forwarded-for'), isTrustedProxy) : peer;
  request.sender = { peer, isProxy, client };
  return request.sender;
}

/** The entries of a list, in the order of its lines; those of a header that is absent are none. */
function listIn({ headers }: FastifyRequest, name: (typeof FORWARDED_HEADERS)[number]): readonly string[] {
  const lines = [headers[name] ?? []].flat();
  return lines.flatMap((line) => line.split(',')).map((entry) => entry.replace(/^[ \t]+|[ \t]+$/g, ''));
}

/** Some proxies write down the client's port: `192.0.2.1:1234`, `[2001:db8::1]:1234`. */
function withoutPort(entry: string): string {
  const [, ipv6, ipv4] = /^(?:\[([\da-f:.]*:[\da-f:.]*)\]|([\d.]+))(?::\d{1,5})?$/i.exec(entry) ?? [];
  return ipv6 ?? ipv4 ?? entry;
}

function networkOf(ipv6: string): string {
  const [left = [], right = []] = ipv6.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  const prefix = [...left, ...zeros, ...right].slice(0, 4).join(':');
  return `${parseAddress(`${prefix}::`)}/64`;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

function bytesOf(group: string): readonly number[] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}
