import type { Counter, Histogram } from 'prom-client';
import type { Instruments } from './instruments.ts';

/** Around what is promised: a request is over within a second. */
const BUCKETS_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5];
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** A request that came to its end. */
export type CountedRequest = Readonly<{
  /** `null`, or one that is seldom heard of: counted as `other`. */
  method: string | null;
  /** The pattern of its route. `null`: it has none, and is counted as `unmatched`. */
  route: string | null;
  /** 499 where the caller went away before the answer. */
  status: number;
  /** `null` where it never became a request: then it has no duration. */
  seconds: number | null;
}>;

export type RequestMetrics = Readonly<{ countRequest(request: CountedRequest): void }>;

export function createRequestMetrics({ counter, histogram }: Instruments): RequestMetrics {
  const total = counter('http_requests_total');
  const duration = histogram('http_request_duration_seconds', BUCKETS_SECONDS);
  // To find the series of three labels costs more than to count in it, and there are few: routes times statuses.
  const series = new Map<
    string,
    Readonly<{ total: Counter.Internal; duration: Histogram.Internal<string> }>
  >();

  return {
    countRequest({ method, route, status, seconds }) {
      const key = `${method} ${status} ${route}`;
      let found = series.get(key);
      if (!found) {
        const labels = {
          method: METHODS.find((known) => known === method) ?? 'other',
          route: route ?? 'unmatched',
          status: String(status),
        };
        found = { total: total.labels(labels), duration: duration.labels(labels) };
        // Methods that nobody knows are without number: they are found anew each time.
        if (labels.method === method) series.set(key, found);
      }
      found.total.inc();
      if (seconds !== null) found.duration.observe(seconds);
    },
  };
}
