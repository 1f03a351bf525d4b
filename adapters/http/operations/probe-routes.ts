import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';

export type ProbeRoutesDeps = Readonly<{
  /** Whether this process serves: started, not about to stop, its database writable and its schema in place. */
  isReady(): Promise<boolean>;
  isDatabaseUp(): Promise<boolean>;
  /** `off`: none is configured, and nothing is missing. */
  redisStatus(): Promise<'ok' | 'off' | 'down'>;
}>;

const db = Type.Union([Type.Literal('ok'), Type.Literal('down')]);
const redis = Type.Union([Type.Literal('ok'), Type.Literal('off'), Type.Literal('down')]);
const HEALTH = { status: Type.Union([Type.Literal('ok'), Type.Literal('error')]), db, redis };
const READY = { status: Type.Union([Type.Literal('ready'), Type.Literal('not ready')]) };

const config = { access: 'public', limit: 'none', isAlwaysOn: true } as const;

/** What balancers and people ask to know whether the process is well. */
export const probeRoutes =
  ({ isReady, isDatabaseUp, redisStatus }: ProbeRoutesDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    server.get(
      '/live',
      {
        config,
        schema: {
          operationId: 'getLive',
          summary: 'Whether the process answers',
          description: 'Looks at nothing else.',
          tags: ['Operations'],
          response: { 200: Type.Object({ status: Type.Literal('alive') }, { description: 'It does' }) },
        },
      },
      async () => ({ status: 'alive' as const }),
    );

    server.get(
      '/ready',
      {
        config,
        schema: {
          operationId: 'getReady',
          summary: 'Whether the process may be sent requests',
          description: 'Looks at a write-capable database and its schema alone.',
          tags: ['Operations'],
          response: {
            200: Type.Object(READY, { description: 'It may' }),
            503: Type.Object(READY, { description: 'Not now' }),
          },
        },
      },
      async (_request, reply) => {
        const ready = await isReady();
        return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
      },
    );

    server.get(
      '/health',
      {
        config,
        schema: {
          operationId: 'getHealth',
          summary: 'How the process and its backends are, for people and alerts',
          tags: ['Operations'],
          response: {
            200: Type.Object(HEALTH, { description: 'All is well' }),
            503: Type.Object(HEALTH, { description: 'A backend is down' }),
          },
        },
      },
      async (_request, reply) => {
        const [isUp, redis] = await Promise.all([isDatabaseUp(), redisStatus()]);
        const isWell = isUp && redis !== 'down';
        const status = isWell ? 'ok' : 'error';
        return reply.code(isWell ? 200 : 503).send({ status, db: isUp ? 'ok' : 'down', redis });
      },
    );
  };
