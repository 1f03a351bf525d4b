import { onTestFinished } from 'vitest';
import type { MailBacklog } from '../../../adapters/metrics/backends.ts';
import { createMetrics, type Metrics, type MetricsSources } from '../../../adapters/metrics/metrics.ts';

export const BACKLOG: MailBacklog = { waiting: 3, dead: 2, suppressed: 4, oldestWaitingSeconds: 41.5 };

/** Metrics over backends that are all well, closed when the test is over. */
export function metricsOver(change: Partial<MetricsSources> = {}): Metrics {
  const metrics = createMetrics({
    version: '1.2.3',
    connections: {
      app: () => ({ open: 5, idle: 2, max: 10, waiting: 1 }),
      system: () => ({ open: 1, idle: 1, max: 3, waiting: 0 }),
    },
    hashQueue: () => ({ running: 2, waiting: 7, tenantsWaiting: 3, turnedAway: 11 }),
    mailBacklog: async () => BACKLOG,
    rateLimitMode: () => 'redis',
    droppedLogLines: () => 6,
    ...change,
  });
  onTestFinished(() => metrics.stop());
  return metrics;
}

export async function scraped(metrics: Metrics): Promise<string> {
  return (await metrics.scrape()).text;
}
