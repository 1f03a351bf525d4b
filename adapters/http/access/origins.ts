import type { FastifyRequest } from 'fastify';
import { EdgeError } from '../problems/catalogue.ts';

/** Which origins and hosts are this service's own. */
export type OwnOrigins = Readonly<{ origins: ReadonlySet<string>; hosts: ReadonlySet<string> }>;

/** @param isDevelopment then the loopback names are ours as well */
export function ownOrigins(publicUrl: string, port: number, isDevelopment: boolean): OwnOrigins {
  const loopback = isDevelopment
    ? ['localhost', '127.0.0.1', '[::1]'].map((host) => `http://${host}:${port}`)
    : [];
  const origins = new Set([new URL(publicUrl).origin, ...loopback]);
  return { origins, hosts: new Set([...origins].map((origin) => new URL(origin).host)) };
}

/**
 * Refuses a request that acts by cookie and comes from a site that may not make it.
 *
 * A browser names its origin on every such request; a script names neither
 * origin nor `Sec-Fetch-Site` and is let through, for it carries no stranger's cookies.
 *
 * @param isAllowed whether an origin is ours, or one that the operator or the credential's tenant allows
 * @throws {EdgeError} `csrf_failed`
 */
export function refuseForeignOrigin(
  { headers }: FastifyRequest,
  isAllowed: (origin: string) => boolean,
): void {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isFine =
    origin === undefined
      ? site === undefined || site === 'same-origin' || site === 'none'
      : isAllowed(origin);
  if (!isFine) throw new EdgeError('csrf_failed', 'This site may not act with the cookie of this service');
}
