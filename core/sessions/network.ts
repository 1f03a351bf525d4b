/**
 * The network that an address belongs to, as text to be compared: the first 24
 * bits of IPv4, the first 48 of IPv6, which is what one site has of its own.
 *
 * @param ip as `RequestContext` has it: IPv4, or canonical IPv6 (RFC 5952)
 */
export function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip.slice(0, ip.lastIndexOf('.'));
  const [left = [], right = []] = ip.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 3).join(':');
}
