import Fastify, { type FastifyInstance } from 'fastify';

/** A Fastify that does nothing but what its routes do. */
export function createServer(): FastifyInstance {
  const server = Fastify({ logger: false });
  server.get('/ready', async () => ({ status: 'ok' }));
  return server;
}

/** Serves until the process is told to end. */
export async function serve(server: FastifyInstance, port: number): Promise<void> {
  await server.listen({ host: '127.0.0.1', port });
  process.once('SIGTERM', () => process.exit(0));
}
