import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MailBacklog } from '../../../adapters/metrics/backends.ts';
import type { MetricsSources } from '../../../adapters/metrics/metrics.ts';
import { sampleOf } from '../../support/metrics-text.ts';
import { BACKLOG, metricsOver, scraped } from './support.ts';

describe('the outbox', () => {
  const FIGURES = [
    'gatehouse_mails_waiting',
    'gatehouse_mails_dead',
    'gatehouse_mails_suppressed',
    'gatehouse_mail_oldest_waiting_seconds',
  ];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each<[string, MetricsSources['mailBacklog']]>([
    ['is not to be seen from here', null],
    ['cannot be read', () => Promise.reject(new Error('The database is away'))],
    [
      'fails at once',
      () => {
        throw new Error('The pool has ended');
      },
    ],
  ])('is left out where it %s, and all else is told', async (_what, mailBacklog) => {
    const text = await scraped(metricsOver({ mailBacklog }));

    for (const name of FIGURES) expect.soft([name, sampleOf(text, name)]).toEqual([name, null]);
    expect(sampleOf(text, 'gatehouse_hash_queue_running')).toBe(2);
  });

  it('is waited for 300 ms, by one question however many ask, and told again when it answers', async () => {
    const answers: ((backlog: MailBacklog) => void)[] = [];
    const mailBacklog = () => new Promise<MailBacklog>((resolve) => answers.push(resolve));
    const metrics = metricsOver({ mailBacklog });
    const told = async (scrape: Promise<string>) => {
      const text = await scrape;
      return FIGURES.map((name) => sampleOf(text, name));
    };

    const late = [scraped(metrics), scraped(metrics)];
    await vi.advanceTimersByTimeAsync(300);
    for (const scrape of late) expect(await told(scrape)).toEqual([null, null, null, null]);
    expect(answers).toHaveLength(1);

    answers[0]?.(BACKLOG);
    await vi.advanceTimersByTimeAsync(0);
    const next = scraped(metrics);
    await vi.advanceTimersByTimeAsync(0);
    answers[1]?.({ waiting: 0, dead: 0, suppressed: 0, oldestWaitingSeconds: 0 });
    expect(await told(next)).toEqual([0, 0, 0, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is left out again when it stops answering', async () => {
    let isAway = false;
    const metrics = metricsOver({
      mailBacklog: async () => {
        if (isAway) throw new Error('The database is away');
        return BACKLOG;
      },
    });
    expect(sampleOf(await scraped(metrics), 'gatehouse_mails_dead')).toBe(2);

    isAway = true;

    expect(sampleOf(await scraped(metrics), 'gatehouse_mails_dead')).toBeNull();
  });
});
