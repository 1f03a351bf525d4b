import type { FastifyRequest } from 'fastify';
import type { RequestContext } from '../../../core/kernel/request-context.ts';

const USER_AGENT_LENGTH_MAX = 512;

/** Where a request comes from. An IPv4 address in IPv6 dress is told as IPv4. */
export function contextOf({ ip, headers, id }: FastifyRequest): RequestContext {
  const userAgent = headers['user-agent'];
  return {
    ip: ip ? ip.replace(/^::ffff:(?=\d+\.)/i, '') : null,
    userAgent: userAgent?.slice(0, USER_AGENT_LENGTH_MAX) ?? null,
    requestId: id,
  };
}
