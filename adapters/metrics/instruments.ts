import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CATALOGUE, type MetricName, type MetricOf } from './catalogue.ts';

/** Makes the metrics of the catalogue, in a registry of their own. */
export type Instruments = Readonly<{
  counter(name: MetricOf<'counter'>): Counter;
  gauge(name: MetricOf<'gauge'>): Gauge;
  /** @param buckets upper bounds, in the unit that the name ends with */
  histogram(name: MetricOf<'histogram'>, buckets: number[]): Histogram;
  /** The state of all of them, in the text format of Prometheus. */
  text(): Promise<string>;
  contentType: string;
}>;

/** Several may live in one process: nothing is shared between them. */
export function createInstruments(): Instruments {
  const registry = new Registry();
  const described = (name: MetricName) => {
    const { help, labels } = CATALOGUE[name];
    return { name, help, labelNames: labels, registers: [registry] };
  };
  return {
    counter: (name) => new Counter<string>(described(name)),
    gauge: (name) => new Gauge<string>(described(name)),
    histogram: (name, buckets) => new Histogram<string>({ ...described(name), buckets }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Puts a counter to what somebody else has counted. */
export function setCounter(counter: Counter, value: number): void {
  counter.reset();
  counter.inc(value);
}
