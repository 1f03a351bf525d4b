import type { FastifyRequest } from 'fastify';
import type { RequestContext } from '../../../core/kernel/request-context.ts';
import { clientAddressOf } from '../access/client-address.ts';

/** How much of a `User-Agent` is kept, in characters. */
export const USER_AGENT_LENGTH_MAX = 512;

/** Where a request comes from. */
export function contextOf(request: FastifyRequest): RequestContext {
  return {
    ip: clientAddressOf(request),
    userAgent: request.headers['user-agent']?.slice(0, USER_AGENT_LENGTH_MAX) ?? null,
    requestId: request.id,
  };
}
