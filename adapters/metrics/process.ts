import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { type Instruments, setCounter } from './instruments.ts';

/** How often the event loop is looked at, in milliseconds. */
const LOOK_EVERY_MS = 10;
const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

/** How the process itself is. Looks at the event loop until it is stopped. */
export type ProcessMetrics = Readonly<{
  /** Brings the metrics up to date. The event loop is judged from here to the last time. */
  refresh(): void;
  stop(): void;
}>;

/**
 * The names are those of prom-client's own default metrics, which dashboards
 * know. Those cannot be stopped, and would hold every application that a
 * process has ever made.
 *
 * @param version of the service
 */
export function createProcessMetrics(instruments: Instruments, version: string): ProcessMetrics {
  const { gauge, counter } = instruments;
  const { refresh, stop } = eventLoopMetrics(instruments);
  const gauges = {
    rss: gauge('process_resident_memory_bytes'),
    heapUsed: gauge('nodejs_heap_size_used_bytes'),
    heapTotal: gauge('nodejs_heap_size_total_bytes'),
  };
  const cpu = counter('process_cpu_seconds_total');
  gauge('gatehouse_build_info').set({ version, node_version: process.version }, 1);
  gauge('process_start_time_seconds').set(Math.round(performance.timeOrigin / 1000));
  return {
    refresh() {
      const { rss, heapUsed, heapTotal } = process.memoryUsage();
      const { user, system } = process.cpuUsage();
      gauges.rss.set(rss);
      gauges.heapUsed.set(heapUsed);
      gauges.heapTotal.set(heapTotal);
      setCounter(cpu, (user + system) / MICROSECONDS);
      refresh();
    },
    stop,
  };
}

function eventLoopMetrics({ gauge }: Instruments): ProcessMetrics {
  const gauges = {
    mean: gauge('nodejs_eventloop_lag_mean_seconds'),
    p99: gauge('nodejs_eventloop_lag_p99_seconds'),
    max: gauge('nodejs_eventloop_lag_max_seconds'),
    utilization: gauge('nodejs_eventloop_utilization'),
  };
  const delay = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  delay.enable();
  let last = performance.eventLoopUtilization();

  /** What was seen is the time from one look to the next; only what goes beyond is late. */
  const lateness = (nanoseconds: number): number =>
    Math.max(0, nanoseconds / NANOSECONDS - LOOK_EVERY_MS / 1000);

  return {
    refresh() {
      const hasLooked = delay.count > 0;
      gauges.mean.set(hasLooked ? lateness(delay.mean) : 0);
      gauges.p99.set(hasLooked ? lateness(delay.percentile(99)) : 0);
      gauges.max.set(hasLooked ? lateness(delay.max) : 0);
      delay.reset();
      const now = performance.eventLoopUtilization();
      gauges.utilization.set(performance.eventLoopUtilization(now, last).utilization);
      last = now;
    },
    stop: () => void delay.disable(),
  };
}
