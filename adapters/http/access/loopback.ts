import type { FastifyRequest } from 'fastify';

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/** Whether the request comes from this very machine: the socket's own peer counts, no forwarded header. */
export function isFromLoopback({ raw }: FastifyRequest): boolean {
  return LOOPBACK.test(raw.socket.remoteAddress ?? '');
}
