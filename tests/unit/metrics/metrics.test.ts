import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../adapters/metrics/catalogue.ts';
import { renderMetricsReference } from '../../../adapters/metrics/reference.ts';
import { sampleOf, samplesOf } from '../../support/metrics-text.ts';
import { metricsOver, scraped } from './support.ts';

describe('a scrape', () => {
  it('holds every metric of the catalogue, with its own labels, and no other', async () => {
    const metrics = metricsOver();
    metrics.countRequest({ method: 'GET', route: '/live', status: 200, seconds: 0.01 });

    const { text, contentType } = await metrics.scrape();

    const described = [...text.matchAll(/^# (?:HELP|TYPE) ([a-z0-9_]+) .+$/gm)].map(([, name]) => name);
    const names = Object.keys(CATALOGUE);
    expect(described.sort()).toEqual([...names, ...names].sort());
    for (const [name, { labels }] of Object.entries(CATALOGUE)) {
      const samples = samplesOf(text).filter(
        (sample) => sample.name.replace(/_(?:bucket|sum|count)$/, '') === name,
      );
      const used = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
      used.delete('le');
      expect.soft([name, samples.length > 0, [...used].sort()]).toEqual([name, true, [...labels].sort()]);
    }
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('says how the backends are at that moment', async () => {
    let turnedAway = 11;
    const metrics = metricsOver({
      hashQueue: () => ({ running: 2, waiting: 7, tenantsWaiting: 3, turnedAway }),
    });
    await metrics.scrape();
    turnedAway = 12;

    const text = await scraped(metrics);

    expect(sampleOf(text, 'gatehouse_database_connections', { pool: 'app' })).toBe(5);
    expect(sampleOf(text, 'gatehouse_database_connections_idle', { pool: 'app' })).toBe(2);
    expect(sampleOf(text, 'gatehouse_database_connections_max', { pool: 'system' })).toBe(3);
    expect(sampleOf(text, 'gatehouse_database_waiting', { pool: 'app' })).toBe(1);
    expect(sampleOf(text, 'gatehouse_hash_queue_running')).toBe(2);
    expect(sampleOf(text, 'gatehouse_hash_queue_waiting')).toBe(7);
    expect(sampleOf(text, 'gatehouse_hash_queue_tenants_waiting')).toBe(3);
    expect(sampleOf(text, 'gatehouse_hash_queue_turned_away_total')).toBe(12);
    expect(sampleOf(text, 'gatehouse_mails_waiting')).toBe(3);
    expect(sampleOf(text, 'gatehouse_mails_dead')).toBe(2);
    expect(sampleOf(text, 'gatehouse_mails_suppressed')).toBe(4);
    expect(sampleOf(text, 'gatehouse_log_lines_dropped_total')).toBe(6);
    expect(sampleOf(text, 'gatehouse_mail_oldest_waiting_seconds')).toBe(41.5);
    expect(sampleOf(text, 'gatehouse_build_info', { version: '1.2.3', node_version: process.version })).toBe(
      1,
    );
  });

  it.each([
    ['redis', 1, 0],
    ['local', 0, 1],
  ] as const)('says where limits are counted: %s', async (mode, redis, local) => {
    const text = await scraped(metricsOver({ rateLimitMode: () => mode }));

    expect(sampleOf(text, 'gatehouse_rate_limit_mode', { mode: 'redis' })).toBe(redis);
    expect(sampleOf(text, 'gatehouse_rate_limit_mode', { mode: 'local' })).toBe(local);
  });

  it('tells of the process what an operator looks at', async () => {
    const text = await scraped(metricsOver());

    const started = sampleOf(text, 'process_start_time_seconds') ?? 0;
    expect(Math.abs(started - (Date.now() / 1000 - process.uptime()))).toBeLessThan(5);
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_heap_size_used_bytes',
      'nodejs_heap_size_total_bytes',
    ])
      expect.soft([name, (sampleOf(text, name) ?? 0) > 0]).toEqual([name, true]);
  });

  it('is of one application: another one in the same process counts for itself', async () => {
    const [one, other] = [metricsOver(), metricsOver()];
    one.countRequest({ method: 'GET', route: '/live', status: 200, seconds: 0.01 });

    const labels = { method: 'GET', route: '/live', status: '200' };
    expect(sampleOf(await scraped(one), 'http_requests_total', labels)).toBe(1);
    expect(sampleOf(await scraped(other), 'http_requests_total', labels)).toBeNull();
  });
});

describe('requests', () => {
  it('are counted by method, route and status, with how long they took', async () => {
    const metrics = metricsOver();
    for (const seconds of [0.004, 0.09, 3])
      metrics.countRequest({ method: 'POST', route: '/auth/login', status: 200, seconds });
    metrics.countRequest({ method: 'POST', route: '/auth/login', status: 401, seconds: 0.2 });

    const text = await scraped(metrics);

    const labels = { method: 'POST', route: '/auth/login', status: '200' };
    expect(sampleOf(text, 'http_requests_total', labels)).toBe(3);
    expect(sampleOf(text, 'http_requests_total', { ...labels, status: '401' })).toBe(1);
    const duration = 'http_request_duration_seconds';
    expect(sampleOf(text, `${duration}_count`, labels)).toBe(3);
    expect(sampleOf(text, `${duration}_sum`, labels)).toBeCloseTo(3.094);
    const upTo = (le: string) => sampleOf(text, `${duration}_bucket`, { ...labels, le });
    expect(['0.005', '0.1', '1', '2.5', '+Inf'].map(upTo)).toEqual([1, 2, 2, 2, 3]);
  });

  it('make no more series, whatever method or path a stranger thinks of', async () => {
    const metrics = metricsOver();
    metrics.countRequest({ method: 'PROPFIND', route: null, status: 404, seconds: 0.01 });
    const before = samplesOf(await scraped(metrics)).length;

    for (const method of ['REPORT', 'get', 'constructor', '"}\n', null])
      metrics.countRequest({ method, route: null, status: 404, seconds: 0.01 });

    const text = await scraped(metrics);
    expect(samplesOf(text)).toHaveLength(before);
    const labels = { method: 'other', route: 'unmatched', status: '404' };
    expect(sampleOf(text, 'http_requests_total', labels)).toBe(6);
  });

  it('have no duration where they never became requests', async () => {
    const metrics = metricsOver();
    metrics.countRequest({ method: null, route: null, status: 400, seconds: null });

    const text = await scraped(metrics);

    const labels = { method: 'other', route: 'unmatched', status: '400' };
    expect(sampleOf(text, 'http_requests_total', labels)).toBe(1);
    expect(sampleOf(text, 'http_request_duration_seconds_count', labels)).toBeNull();
  });
});

describe('sign-ins, locks and limits', () => {
  it('are counted by how they ended, and are there from the start', async () => {
    const metrics = metricsOver();
    const before = await scraped(metrics);
    metrics.countSignIn('password', 'refused');
    metrics.countLock('identifier');
    metrics.countRateLimitDecision('credential', 'limited');
    const after = await scraped(metrics);

    for (const [name, labels] of [
      ['gatehouse_sign_ins_total', { method: 'password', outcome: 'refused' }],
      ['gatehouse_locks_total', { kind: 'identifier' }],
      ['gatehouse_rate_limit_decisions_total', { class: 'credential', outcome: 'limited' }],
    ] as const)
      expect
        .soft([name, sampleOf(before, name, labels), sampleOf(after, name, labels)])
        .toEqual([name, 0, 1]);
    expect(samplesOf(after)).toHaveLength(samplesOf(before).length);
  });
});

it('has a reference that explains every metric', () => {
  const text = renderMetricsReference();

  for (const [name, { kind, help }] of Object.entries(CATALOGUE)) {
    expect.soft(text).toContain(`| \`${name}\` | ${kind} | `);
    expect.soft(text).toContain(`| ${help}. |`);
  }
});
