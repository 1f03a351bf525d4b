import { type BackendSources, createBackendMetrics } from './backends.ts';
import { createInstruments } from './instruments.ts';
import { createProcessMetrics } from './process.ts';
import { createProtectionMetrics, type ProtectionMetrics } from './protection.ts';
import { createRequestMetrics, type RequestMetrics } from './requests.ts';

export type MetricsSources = BackendSources & Readonly<{ version: string }>;

/** A state of all metrics, as Prometheus reads it. */
export type Scrape = Readonly<{ text: string; contentType: string }>;

/** The metrics of one application. */
export type Metrics = RequestMetrics &
  ProtectionMetrics &
  Readonly<{
    /** Never waits long for a backend: figures that are not to be had in time are left out. */
    scrape(): Promise<Scrape>;
    /** Stops looking at the process. */
    stop(): void;
  }>;

/** Metrics in a registry of their own, so that several applications can live in one process. */
export function createMetrics({ version, ...sources }: MetricsSources): Metrics {
  const instruments = createInstruments();
  const requests = createRequestMetrics(instruments);
  const protection = createProtectionMetrics(instruments);
  const refreshBackends = createBackendMetrics(instruments, sources);
  const ownProcess = createProcessMetrics(instruments, version);
  return {
    ...requests,
    ...protection,
    async scrape() {
      await refreshBackends();
      ownProcess.refresh();
      return { text: await instruments.text(), contentType: instruments.contentType };
    },
    stop: ownProcess.stop,
  };
}
