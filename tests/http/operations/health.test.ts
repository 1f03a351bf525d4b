import Fastify, { type LightMyRequestResponse } from 'fastify';
import { describe, expect, it } from 'vitest';
import { type ProbeRoutesDeps, probeRoutes } from '../../../adapters/http/operations/probe-routes.ts';

type Backends = Readonly<{ isUp: boolean; redis: Awaited<ReturnType<ProbeRoutesDeps['redisStatus']>> }>;

async function health({ isUp, redis }: Backends): Promise<LightMyRequestResponse> {
  const server = Fastify();
  await server.register(
    probeRoutes({
      isReady: async () => true,
      isDatabaseUp: async () => isUp,
      redisStatus: async () => redis,
    }),
  );
  return server.inject('/health');
}

describe('GET /health', () => {
  it.each([
    [200, 'ok', { isUp: true, redis: 'ok' }],
    [200, 'ok', { isUp: true, redis: 'off' }],
    [503, 'error', { isUp: true, redis: 'down' }],
    [503, 'error', { isUp: false, redis: 'ok' }],
    [503, 'error', { isUp: false, redis: 'off' }],
    [503, 'error', { isUp: false, redis: 'down' }],
  ] as const)('is %i %s where the backends are %j', async (code, status, backends) => {
    const response = await health(backends);

    expect([response.statusCode, response.json()]).toEqual([
      code,
      { status, db: backends.isUp ? 'ok' : 'down', redis: backends.redis },
    ]);
  });

  it('asks both at once', async () => {
    const asked: string[] = [];
    let answer: (isUp: boolean) => void = () => undefined;
    const server = Fastify();
    await server.register(
      probeRoutes({
        isReady: async () => true,
        isDatabaseUp: () => {
          asked.push('db');
          return new Promise((resolve) => {
            answer = resolve;
          });
        },
        redisStatus: async () => {
          asked.push('redis');
          answer(true);
          return 'ok';
        },
      }),
    );

    expect((await server.inject('/health')).statusCode).toBe(200);
    expect(asked).toEqual(['db', 'redis']);
  });
});
