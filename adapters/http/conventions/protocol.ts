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
  server.addHook('onRequest', ({ raw }, _reply, next) => {
    const hosts = countHosts(raw.rawHeaders);
    if (hosts > 1) throw new EdgeError('request_malformed', 'The request names more than one Host');
    if (hosts === 0 && raw.httpVersion !== '1.0')
      throw new EdgeError('request_malformed', 'The request names no Host');
    next();
  });
}

/** @param rawHeaders names and values in turn, as they were sent */
function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 'host'.length && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts;
}
