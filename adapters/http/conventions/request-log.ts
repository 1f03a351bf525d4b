import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { notedTenantOf, notedUserOf } from '../access/request-facts.ts';
import { contextOf } from './request-context.ts';

/** At these no such line would be written, so none is prepared. */
const QUIET_LEVELS: ReadonlySet<string> = new Set(['warn', 'error', 'fatal', 'silent']);

/**
 * One line when a request starts and one when it is answered, or left by its caller.
 *
 * Never a header, a query or a body: those hold secrets.
 */
export function registerRequestLog(server: FastifyInstance): void {
  if (QUIET_LEVELS.has(server.log.level)) return;
  server.addHook('onRequest', (request, reply, next) => {
    reply.raw.on('close', () => {
      if (!reply.raw.writableEnded) request.log.info(endOf(request, reply), 'request left by its caller');
    });
    request.log.info(
      { method: request.method, path: pathOf(request), ip: contextOf(request).ip },
      'request started',
    );
    next();
  });
  server.addHook('onResponse', (request, reply, next) => {
    request.log.info({ ...endOf(request, reply), status: reply.statusCode }, 'request completed');
    next();
  });
}

function endOf(request: FastifyRequest, reply: FastifyReply) {
  return {
    method: request.method,
    route: request.routeOptions.url ?? null,
    path: pathOf(request),
    duration_ms: Math.round(reply.elapsedTime * 10) / 10,
    ip: contextOf(request).ip,
    tenant_id: notedTenantOf(request)?.id ?? null,
    user_id: notedUserOf(request),
  };
}

/** The path as it was asked for, `/api` included, without its query. */
function pathOf({ originalUrl }: FastifyRequest): string {
  return (originalUrl.split('?', 1)[0] ?? '').slice(0, 512);
}
