import type { FastifyInstance } from 'fastify';
import { isMarkedAsHttp } from '../access/client-address.ts';
import { EdgeError } from '../problems/catalogue.ts';
import { withoutOrigin } from './routing.ts';

/** Asked by machines that reach the process past the proxy, or through one that speaks no TLS to them. */
const EXEMPT: ReadonlySet<string> = new Set(['/live', '/ready', '/health', '/metrics']);

/**
 * Sends a request that a trusted proxy took over plain http to https, where `publicUrl` is https.
 *
 * GET and HEAD are redirected (308) to the same path of `publicUrl`, whatever
 * `Host` says. Anything else is refused, for its body went over the wire in the
 * clear already. A request that is not marked is served. Call before any hook
 * that looks at a credential.
 *
 * @param publicUrl an origin, without a slash at its end
 */
export function registerHttpsRedirect(server: FastifyInstance, publicUrl: string): void {
  if (!publicUrl.startsWith('https:')) return;
  server.addHook('onRequest', (request, reply, next) => {
    if (!isMarkedAsHttp(request) || EXEMPT.has(request.url.replace(/\?.*$/, ''))) return next();
    const path = withoutOrigin(request.originalUrl);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    // What begins with a slash cannot lead away from the origin that it is put behind.
    if (!isRead || !path.startsWith('/'))
      throw new EdgeError('https_required', 'The request was made over http; make it over https');
    void reply.redirect(`${publicUrl}${path}`, 308);
  });
}
