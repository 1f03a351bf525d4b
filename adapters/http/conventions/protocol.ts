import type { FastifyInstance } from 'fastify';
import { EdgeError } from '../problems/catalogue.ts';

/**
 * Takes over what Node's server would answer itself, without a body: a missing
 * `Host` (RFC 9112, section 3.2) is refused as a problem, and an expectation that
 * nobody knows is passed over (RFC 9110, section 10.1.1, allows it).
 *
 * Wants a server that was made with `requireHostHeader: false`.
 */
export function registerProtocol(server: FastifyInstance): void {
  server.server.on('checkExpectation', (request, response) => {
    server.server.emit('request', request, response);
  });
  server.addHook('onRequest', async ({ raw }) => {
    const hosts = raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
    if (hosts.length > 1) throw new EdgeError('request_malformed', 'The request names more than one Host');
    if (hosts.length === 0 && raw.httpVersion !== '1.0')
      throw new EdgeError('request_malformed', 'The request names no Host');
  });
}
