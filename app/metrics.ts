import { createMetrics, type Metrics, type MetricsSources } from '../adapters/metrics/metrics.ts';
import type { Pool } from '../adapters/postgres/pools.ts';
import type { Services } from './services.ts';
import { VERSION } from './version.ts';

export type AppMetricsOptions = Pick<MetricsSources, 'mailBacklog' | 'rateLimitMode' | 'droppedLogLines'> &
  Readonly<{ services: Pick<Services, 'hasher' | 'signInTurns'>; pool: Pool; systemPool: Pool | null }>;

/** The metrics of one application, over what it is made of. */
export function createAppMetrics({ services, pool, systemPool, ...sources }: AppMetricsOptions): Metrics {
  return createMetrics({
    ...sources,
    version: VERSION,
    connections: {
      app: () => connectionsOf(pool),
      ...(systemPool && { system: () => connectionsOf(systemPool) }),
    },
    hashQueue: () => hashQueueOf(services),
  });
}

/** A sign-in waits for its turn before its hash does; everybody else waits for the hash alone. */
function hashQueueOf({ hasher, signInTurns }: Pick<Services, 'hasher' | 'signInTurns'>) {
  const [hashes, signIns] = [hasher.figures(), signInTurns.figures()];
  return {
    running: hashes.running,
    waiting: hashes.waiting + signIns.waiting,
    tenantsWaiting: Math.max(hashes.keysWaiting, signIns.keysWaiting),
    turnedAway: hashes.turnedAway + signIns.turnedAway,
  };
}

function connectionsOf({ totalCount, idleCount, waitingCount, options }: Pool) {
  return { open: totalCount, idle: idleCount, waiting: waitingCount, max: options.max };
}
