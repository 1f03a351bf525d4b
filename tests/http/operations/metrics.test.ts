import type { InjectOptions } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sampleOf, samplesOf } from '../../support/metrics-text.ts';
import { composeService } from '../../support/service.ts';
import { equip, type HttpService, ownService, sharedService } from '../support/http-service.ts';
import { bearer, newSession } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';
import { listen } from '../support/raw-http.ts';

const REQUESTS = 'http_requests_total';

async function metricsOf({ get }: HttpService): Promise<string> {
  const response = await get('/metrics');
  expect(response.statusCode, response.body).toBe(200);
  return response.body;
}

/** How many requests were counted with these labels. */
async function countOf(service: HttpService, method: string, route: string, status: number): Promise<number> {
  return sampleOf(await metricsOf(service), REQUESTS, { method, route, status: String(status) }) ?? 0;
}

describe('200', () => {
  const service = sharedService();

  it('answers as Prometheus reads it, and nobody keeps it', async () => {
    const response = await service().get('/metrics');

    expect(response.headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(samplesOf(response.body).length).toBeGreaterThan(20);
  });

  it('looks at no credential and no tenant of the API', async () => {
    const headers = { authorization: 'Bearer garbage', 'x-api-key': 'x', 'x-tenant': 'nobody' };

    expect((await service().get('/metrics', headers)).statusCode).toBe(200);
    expect((await service().send({ method: 'HEAD', url: '/metrics' })).body).toBe('');
    expect((await service().get('/api/metrics')).statusCode).toBe(200);
  });

  it('holds the state of the backends', async () => {
    const text = await metricsOf(service());

    const { poolMax } = service().config.database;
    expect(sampleOf(text, 'gatehouse_database_connections_max', { pool: 'app' })).toBe(poolMax);
    expect(sampleOf(text, 'gatehouse_database_connections', { pool: 'app' })).toBeGreaterThan(0);
    expect(sampleOf(text, 'gatehouse_database_connections', { pool: 'system' })).toBeGreaterThanOrEqual(0);
    expect(sampleOf(text, 'gatehouse_hash_queue_turned_away_total')).toBe(0);
  });

  it('is answered before the service is set up, too', async () => {
    const { service: starting, close } = equip(await composeService());
    onTestFinished(close);

    expect((await starting.get('/metrics')).statusCode).toBe(200);
    expect((await starting.get('/auth/config')).statusCode).toBe(503);
  });

  it('is counted by no rate limit', async () => {
    const limited = await ownService({ RATE_LIMIT_PUBLIC_PER_MINUTE: '1' });

    for (let times = 0; times < 3; times += 1) {
      const response = await limited.get('/metrics');
      expect(response.statusCode).toBe(200);
      expect(response.headers).not.toHaveProperty('ratelimit-limit');
    }
  });
});

describe('what is counted', () => {
  const service = sharedService();

  type Labels = readonly [method: string, route: string, status: number];
  it.each<[string, Labels, InjectOptions]>([
    ['what is answered', ['GET', '/live', 200], { method: 'GET', url: '/live' }],
    ['what is asked for under /api', ['GET', '/live', 200], { method: 'GET', url: '/api/live?x=secret' }],
    ['HEAD apart from GET', ['HEAD', '/ready', 200], { method: 'HEAD', url: '/ready' }],
    ['what the guard refuses', ['GET', '/auth/me', 401], { method: 'GET', url: '/auth/me' }],
    ['what is not valid', ['POST', '/auth/login', 400], { method: 'POST', url: '/auth/login' }],
    ['unknown paths as one', ['GET', 'unmatched', 404], { method: 'GET', url: '/secret/path' }],
    ['what cannot be decoded', ['GET', 'unmatched', 404], { method: 'GET', url: '/%ff' }],
    ['wrong methods', ['DELETE', 'unmatched', 405], { method: 'DELETE', url: '/auth/login' }],
    [
      'preflights',
      ['OPTIONS', 'unmatched', 204],
      {
        method: 'OPTIONS',
        url: '/auth/login',
        headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' },
      },
    ],
  ])('%s', async (_what, [method, route, status], request) => {
    const before = await countOf(service(), method, route, status);
    await service().send(request);

    const after = await metricsOf(service());

    const labels = { method, route, status: String(status) };
    expect(sampleOf(after, REQUESTS, labels)).toBe(before + 1);
    expect(sampleOf(after, 'http_request_duration_seconds_count', labels)).toBe(before + 1);
    expect(after).not.toContain('secret');
  });

  it('a path whose parameter is very long, like any other of its route', async () => {
    const { service: own, close } = equip(await composeService());
    onTestFinished(close);
    const config = { access: 'public', isAlwaysOn: true } as const;
    own.http.get('/things/:id', { config }, async () => 'a thing');

    const response = await own.get(`/things/${'x'.repeat(10_000)}`);

    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'x-request-id': expect.any(String),
      'cache-control': 'no-store',
    });
    expect(await countOf(own, 'GET', '/things/:id', 200)).toBe(1);
  });

  it('what a rate limit refuses', async () => {
    const limited = await ownService({ RATE_LIMIT_PUBLIC_PER_MINUTE: '1' });
    await limited.get('/auth/config');
    await limited.get('/auth/config');

    const text = await metricsOf(limited);

    const labels = { method: 'GET', route: '/auth/config' };
    expect(sampleOf(text, REQUESTS, { ...labels, status: '200' })).toBe(1);
    expect(sampleOf(text, REQUESTS, { ...labels, status: '429' })).toBe(1);
    const decisions = (outcome: string) =>
      sampleOf(text, 'gatehouse_rate_limit_decisions_total', { class: 'public', outcome });
    expect([decisions('allowed'), decisions('limited')]).toEqual([1, 1]);
  });

  it('tells nothing of who it was, and grows by no series with use', async () => {
    const own = await ownService();
    const person = await newSession(own);
    await own.get('/auth/me', bearer(person));
    await own.get('/nowhere/0');
    const before = samplesOf(await metricsOf(own)).length;

    for (let index = 1; index < 20; index += 1) {
      await own.get(`/nowhere/${index}`);
      await own.get('/auth/me', { ...bearer(person), 'x-request-id': `request-${index}` });
    }

    const text = await metricsOf(own);
    // The scrape before has meanwhile made its own.
    const ofScrapes = samplesOf(text).filter(({ labels }) => labels['route'] === '/metrics').length;
    expect(samplesOf(text)).toHaveLength(before + ofScrapes);
    for (const word of [person.email, person.userId, person.sessionId, '127.0.0.1', 'nowhere', 'default'])
      expect(text).not.toContain(word);
  });
});

describe('over a connection', () => {
  it('counts what is no HTTP, and methods that nobody uses, each as one series', async () => {
    const service = await ownService();
    const say = await listen(service);
    const end = 'Host: localhost\r\nConnection: close\r\n\r\n';

    await say('garbage\r\n\r\n');
    await say(`FETCH /live HTTP/1.1\r\n${end}`);
    await say(`GET /live HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n${end}`);
    for (const method of ['PROPFIND', 'REPORT', 'LINK']) await say(`${method} /nowhere HTTP/1.1\r\n${end}`);

    expect(await countOf(service, 'other', 'unmatched', 400)).toBe(2);
    expect(await countOf(service, 'other', 'unmatched', 431)).toBe(1);
    expect(await countOf(service, 'other', 'unmatched', 404)).toBe(3);
  });
});

describe('with METRICS_USER and METRICS_PASS', () => {
  const service = sharedService({ METRICS_USER: 'prométheus', METRICS_PASS: 'a pass: with "signs" ✓' });
  const basic = (text: string, scheme = 'Basic') => ({
    authorization: `${scheme} ${Buffer.from(text).toString('base64')}`,
  });
  const RIGHT = 'prométheus:a pass: with "signs" ✓';

  it.each(['Basic', 'basic', 'BASIC'])('answers whoever sends them, from anywhere (%s)', async (scheme) => {
    const headers = basic(RIGHT, scheme);

    for (const remoteAddress of ['127.0.0.1', '203.0.113.9']) {
      const response = await service().send({ method: 'GET', url: '/metrics', headers, remoteAddress });
      expect(response.statusCode).toBe(200);
    }
  });

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['an empty header', { authorization: '' }],
    ['another user', basic('prometheus:a pass: with "signs" ✓')],
    ['another password', basic('prométheus:a pass')],
    ['a longer password', basic(`${RIGHT} `)],
    ['a password without a user', basic(':a pass: with "signs" ✓')],
    ['no colon', basic('prométheus')],
    ['empty ones', basic(':')],
    ['nothing after the scheme', { authorization: 'Basic ' }],
    ['what is not Base64', { authorization: `Basic ${RIGHT.replace(/[^ -~]/g, 'e')}` }],
    ['another scheme', basic(RIGHT, 'Bearer')],
    ['two at once', { authorization: `${basic(RIGHT).authorization}, ${basic(RIGHT).authorization}` }],
  ])('refuses %s with 401 and says how to ask, from this machine too', async (_what, headers) => {
    const response = await service().get('/metrics', headers);

    expectProblem(response, 'metrics_unauthorized');
    expect(response.headers['www-authenticate']).toBe('Basic realm="metrics", charset="UTF-8"');
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.body).not.toContain('gatehouse_');
  });

  it('writes neither of them into the log', async () => {
    await service().get('/metrics', basic(RIGHT));

    const log = service().logLines().join('');
    expect(log).toContain('/metrics');
    for (const word of ['prométheus', 'a pass', Buffer.from(RIGHT).toString('base64')])
      expect(log).not.toContain(word);
  });
});

describe('without METRICS_USER and METRICS_PASS', () => {
  const service = sharedService({ TRUST_PROXY: 'none' });

  it.each([
    '127.0.0.1',
    '127.8.9.1',
    '::1',
    '::ffff:127.0.0.1',
  ])('answers this machine: %s', async (remoteAddress) => {
    const response = await service().send({ method: 'GET', url: '/metrics', remoteAddress });

    expect(response.statusCode).toBe(200);
  });

  it.each([
    '203.0.113.9',
    '10.0.0.1',
    '::ffff:203.0.113.9',
    '2001:db8::1',
    '::2',
    'fe80::1',
  ])('is not there for anybody else, whatever they say of themselves: %s', async (remoteAddress) => {
    const headers = { 'x-forwarded-for': '127.0.0.1', host: 'localhost:8080', authorization: 'Basic Og==' };

    const response = await service().send({ method: 'GET', url: '/metrics', headers, remoteAddress });

    expectProblem(response, 'route_not_found');
    expect(response.headers).not.toHaveProperty('www-authenticate');
  });
});
