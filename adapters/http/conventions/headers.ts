import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

const HSTS_SECONDS = 31_536_000; // a year

/** Security headers on every answer, and `no-store` wherever nothing else is said. */
export function registerHeaders(server: FastifyInstance, isHttps: boolean): void {
  const headers = securityHeaders(isHttps);
  server.addHook('onRequest', (_request, reply, next) => {
    void reply.headers(headers);
    next();
  });
  server.addHook('onSend', (request, reply, _payload, next) => {
    void reply.header('x-request-id', request.id);
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    next();
  });
}

/** What every answer carries, for one that is written by hand. */
export function bareHeaders(isHttps: boolean): Readonly<Record<string, string>> {
  return { ...securityHeaders(isHttps), 'cache-control': 'no-store', vary: 'Origin' };
}

/**
 * The headers that helmet sets, by their names in lower case.
 *
 * They are the same for every answer, so helmet is asked once and not for each
 * of them, which took longer than all the rest of the headers.
 */
function securityHeaders(isHttps: boolean): Readonly<Record<string, string>> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    strictTransportSecurity: isHttps ? { maxAge: HSTS_SECONDS, includeSubDomains: false } : false,
    xXssProtection: false,
  })(request, response, () => undefined);
  return Object.fromEntries(
    Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]),
  );
}
