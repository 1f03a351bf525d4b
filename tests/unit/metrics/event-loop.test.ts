import { describe, expect, it } from 'vitest';
import { sampleOf } from '../../support/metrics-text.ts';
import { metricsOver, scraped } from './support.ts';

describe('the event loop', () => {
  const PATIENCE = { timeout: 10_000 };
  const lagOf = (text: string) => sampleOf(text, 'nodejs_eventloop_lag_max_seconds') ?? -1;
  /** Blocks the loop, and lets it notice. */
  const block = async (ms: number) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
    for (let turns = 0; turns < 2; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  it('is judged by how late it was since the last scrape', async () => {
    const metrics = metricsOver();

    // It is looked at every 10 ms: only what begins between two looks is seen.
    await expect
      .poll(async () => {
        await block(200);
        return lagOf(await scraped(metrics));
      }, PATIENCE)
      .toBeGreaterThan(0.15);
    await expect.poll(async () => lagOf(await scraped(metrics)), PATIENCE).toBeLessThan(0.15);
  });

  it('is judged by how busy it was since the last scrape, however idle before', async () => {
    const metrics = metricsOver();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await metrics.scrape();

    await block(200);

    expect(sampleOf(await scraped(metrics), 'nodejs_eventloop_utilization')).toBeGreaterThan(0.7);
  });

  it('is not looked at any more once the metrics are stopped', async () => {
    const metrics = metricsOver();
    metrics.stop();
    await metrics.scrape();

    for (let times = 0; times < 5; times += 1) await block(30);

    expect(lagOf(await scraped(metrics))).toBe(0);
  });
});
