import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EdgeError } from '../problems/catalogue.ts';

/** Where requests go whose target is no path at all. No route is ever there. */
const NOWHERE = '/.nowhere';
/** A target may name our scheme and host as well (RFC 9112, section 3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

/**
 * The path to route by: without one leading `/api`, so that both spellings are one route.
 *
 * What cannot be decoded is sent where no route is, so that it is refused,
 * logged and dressed in headers like every other unknown path.
 */
export function routedUrl(target: string | undefined): string {
  const url = withoutOrigin(target ?? '/');
  const path = url.startsWith('/api/') ? url.slice('/api'.length) : url;
  return path.startsWith('/') && isDecodable(withoutQuery(path)) ? path : NOWHERE;
}

/** A request's target without scheme and host, should it name them. */
export function withoutOrigin(target: string): string {
  return target.replace(ABSOLUTE_FORM, '');
}

/** Answers which methods a path takes, of the routes that are registered from now on; none for an unknown path. */
export function collectMethods(server: FastifyInstance): (url: string) => readonly string[] {
  const routes: { pattern: RegExp; methods: readonly string[] }[] = [];
  server.addHook('onRoute', ({ url, method }) => {
    routes.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  return (url) => {
    const path = decodeURI(withoutQuery(url));
    const matching = routes.filter(({ pattern }) => pattern.test(path));
    return [...new Set(matching.flatMap(({ methods }) => methods))].sort();
  };
}

/** Tells an unknown path (404) from a known one asked by another method (405 with `Allow`), before any body is read. */
export function registerNotFound(
  server: FastifyInstance,
  methodsOf: (url: string) => readonly string[],
): void {
  const refuse = (request: FastifyRequest, reply: FastifyReply): never => {
    const methods = methodsOf(request.url);
    // A route that ends in a star takes the method and still finds nothing there.
    if (methods.length === 0 || methods.includes(request.method))
      throw new EdgeError('route_not_found', 'There is no such route');
    void reply.header('allow', methods.join(', '));
    throw new EdgeError(
      'method_not_allowed',
      'The route does not take this method; Allow says which it takes',
    );
  };
  server.addHook('onRequest', (request, reply, next) => {
    if (request.is404) refuse(request, reply);
    next();
  });
  server.setNotFoundHandler(refuse);
}

function isDecodable(path: string): boolean {
  try {
    return decodeURI(path) !== '';
  } catch {
    return false;
  }
}

function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? '';
}

/** A route's path as an expression: parameters are one segment, a star is the rest. */
function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) =>
      part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'),
    );
  return new RegExp(`^${parts.join('/')}$`);
}
