import type { FastifyInstance } from 'fastify';

/** What is counted of a request that came to its end. */
export type RequestEnd = Readonly<{
  /** `null` where it never became a request. */
  method: string | null;
  /** The pattern of its route, never the path that was asked for; `null` where none matched. */
  route: string | null;
  status: number;
  /** `null` where it never became a request. */
  seconds: number | null;
}>;

export type RequestMetricsDeps = Readonly<{ countRequest(end: RequestEnd): void }>;

/** Not a status that anybody is answered: the caller went away first. Proxies log it by the same number. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * Counts each request when it is over, once: answered, refused by a hook, or left by its caller.
 *
 * Keeps nothing of its own about requests under way. Call before every hook that may refuse.
 */
export function registerRequestMetrics(server: FastifyInstance, { countRequest }: RequestMetricsDeps): void {
  server.addHook('onRequest', (request, reply, next) => {
    const startedAt = performance.now();
    // The response's own end, which comes whatever happens to either side; onResponse waits for an answer.
    reply.raw.on('close', () => {
      countRequest({
        method: request.method,
        route: request.is404 ? null : (request.routeOptions.url ?? null),
        status: reply.raw.writableEnded ? reply.statusCode : CLIENT_CLOSED_REQUEST,
        seconds: (performance.now() - startedAt) / 1000,
      });
    });
    next();
  });
}
