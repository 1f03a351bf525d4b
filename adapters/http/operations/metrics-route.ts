import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { isFromLoopback } from '../access/loopback.ts';
import { EdgeError } from '../problems/catalogue.ts';
import { refusals } from '../problems/problem.ts';
import { METRICS_SHOWN } from './shown.ts';

export type MetricsRouteDeps = Readonly<{
  /** The state of all metrics. */
  scrapeMetrics(): Promise<Readonly<{ text: string; contentType: string }>>;
  /** `null`: whoever sits at this machine may read them, and nobody else. */
  metricsCredentials: MetricsCredentials | null;
}>;

type MetricsCredentials = Readonly<{ user: string; password: string }>;

const CHALLENGE = 'Basic realm="metrics", charset="UTF-8"';

/** The metrics of this process, for Prometheus. */
export const metricsRoute =
  ({ scrapeMetrics, metricsCredentials }: MetricsRouteDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    const admit = metricsCredentials ? demandCredentials(metricsCredentials) : demandLoopback;
    server.get(
      '/metrics',
      {
        config: { access: 'public', limit: 'none', isAlwaysOn: true },
        schema: {
          operationId: 'getMetrics',
          summary: 'The metrics of this process',
          description:
            'In the text format of Prometheus. Wants Basic authentication once `METRICS_USER` and `METRICS_PASS` are set; without them it answers this machine alone, and 404 everybody else.',
          tags: ['Operations'],
          security: [{}, { basic: [] }],
          shown: METRICS_SHOWN,
          response: {
            200: {
              description: 'The state of each metric',
              content: { 'text/plain': { schema: Type.String() } },
            },
            ...refusals('metrics_unauthorized', 'internal_error'),
          },
        },
        onRequest: async (request, reply) => admit(request, reply),
      },
      async (_request, reply) => {
        const { text, contentType } = await scrapeMetrics();
        return reply.type(contentType).send(text);
      },
    );
  };

function demandLoopback(request: FastifyRequest): void {
  if (!isFromLoopback(request)) throw new EdgeError('route_not_found', 'There is no such route');
}

/** RFC 7617. Which of the two is wrong is not told, in no way and by no time. */
function demandCredentials({ user, password }: MetricsCredentials) {
  const wanted = digest(`${user}:${password}`);
  return ({ headers }: FastifyRequest, reply: FastifyReply): void => {
    const [, given = ''] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(headers.authorization ?? '') ?? [];
    if (timingSafeEqual(digest(Buffer.from(given, 'base64').toString()), wanted)) return;
    void reply.header('www-authenticate', CHALLENGE);
    throw new EdgeError(
      'metrics_unauthorized',
      'The metrics want the user and password that they were given',
    );
  };
}

/** Digests are compared, for they are of one length: it takes the same time whatever was sent. */
function digest(credentials: string): Buffer {
  return createHash('sha256').update(credentials).digest();
}
