import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { oneOf } from '../bodies/shared.ts';
import { HEALTH_SHOWN, LIVE_SHOWN, READY_SHOWN } from './shown.ts';

export type ProbeRoutesDeps = Readonly<{
  /** Whether this process serves: started, not about to stop, its database writable and its schema in place. */
  isReady(): Promise<boolean>;
  isDatabaseUp(): Promise<boolean>;
  /** `off`: none is configured, and nothing is missing. */
  redisStatus(): Promise<'ok' | 'off' | 'down'>;
}>;

const db = oneOf(['ok', 'down']);
const redis = oneOf(['ok', 'off', 'down']);
const HEALTH = { status: oneOf(['ok', 'error']), db, redis };
const READY = { status: oneOf(['ready', 'not ready']) };

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
          shown: LIVE_SHOWN,
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
          shown: READY_SHOWN,
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
          description: 'Not for balancers: it asks Redis too, without which the process serves all the same.',
          shown: HEALTH_SHOWN,
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
