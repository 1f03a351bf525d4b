import type { InjectOptions } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { composeService, openService } from '../../support/service.ts';
import { equip, type HttpService, ownService, sharedService } from '../support/http-service.ts';
import { newAddress } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';
import { listen, type RawAnswer } from '../support/raw-http.ts';

const PROXY = '10.0.0.1';
const PUBLIC_URL = 'https://auth.example';
const service = sharedService({ PUBLIC_URL, TRUST_PROXY: '10.0.0.0/8', CORS_ORIGINS: 'https://app.example' });

/** A request as the proxy passes it on, marked with the scheme that it came by. */
function by(scheme: string, request: InjectOptions, { http }: Pick<HttpService, 'http'> = service()) {
  const headers = { host: 'evil.example', 'x-forwarded-proto': scheme, ...request.headers };
  return http.inject({ remoteAddress: PROXY, ...request, headers });
}

describe('GET and HEAD that came over http', () => {
  it.each([
    '/auth/config',
    '/auth/config?a=1&b=%2F%2Fevil.example',
    '/api/auth/config',
    '/',
    '/nowhere',
    '/auth/login',
    '/%',
    '/.well-known/jwks.json',
    '/docs/',
    '/verify-email',
    '/live/',
    '/liveness',
    '/api/docs?x',
  ])('are redirected to the same path of PUBLIC_URL: %s', async (url) => {
    for (const method of ['GET', 'HEAD'] as const) {
      const { statusCode, headers, body } = await by('http', { method, url });

      expect([statusCode, headers.location, body]).toEqual([308, `${PUBLIC_URL}${url}`, '']);
    }
  });

  it.each([
    '//evil.example',
    '//evil.example/%2e%2e',
    '/\\evil.example',
    '///evil.example',
    '/@evil.example',
  ])('are never redirected to another host: %s', async (url) => {
    const { statusCode, headers } = await by('http', { url });

    expect(statusCode).toBe(308);
    expect(new URL(String(headers.location)).origin).toBe(PUBLIC_URL);
  });

  it('are answered with security headers and the request id, kept by nobody, and logged', async () => {
    const { headers } = await by('http', { url: '/auth/config?secret=marker' });

    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/./),
      vary: 'Origin',
    });
    const lines = service()
      .logLines()
      .filter((line) => line.includes(String(headers['x-request-id'])))
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { msg: 'request started', path: '/auth/config' },
      { msg: 'request completed', path: '/auth/config', status: 308, ip: PROXY },
    ]);
    expect(JSON.stringify(lines)).not.toContain('marker');
  });

  it('are redirected before any credential is looked at', async () => {
    const { statusCode } = await by('http', { url: '/auth/me', headers: { authorization: 'Bearer x' } });

    expect(statusCode).toBe(308);
  });

  it('are redirected while the database is away', async () => {
    const opened = await composeService({ PUBLIC_URL, TRUST_PROXY: '10.0.0.0/8' });

    const { statusCode } = await by('http', { url: '/auth/config' }, opened);
    await opened.close();

    expect(statusCode).toBe(308);
  });
});

describe('anything else that came over http', () => {
  it.each([
    ['POST', '/auth/login'],
    ['POST', '/nowhere'],
    ['PUT', '/auth/config'],
    ['PATCH', '/auth/me'],
    ['DELETE', '/auth/sessions/x'],
    ['OPTIONS', '/auth/login'],
  ] as const)('is refused: %s %s', async (method, url) => {
    const response = await by('http', { method, url });

    expectProblem(response, 'https_required');
    expect(response.headers).toMatchObject({ 'strict-transport-security': 'max-age=31536000' });
    expect(response.headers).not.toHaveProperty('location');
  });

  it('is refused without an effect', async () => {
    const email = newAddress();
    const payload = JSON.stringify({ email, password: 'Correct-Horse-9-Battery' });
    const headers = { 'content-type': 'application/json' };

    expectProblem(
      await by('http', { method: 'POST', url: '/auth/register', headers, payload }),
      'https_required',
    );

    const rows = await service().sql('SELECT 1 FROM gatehouse.users WHERE email = $1', [email]);
    expect(rows).toEqual([]);
  });

  it('is told so to a page that may call us, or it could not tell why', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };

    const preflight = await by('http', { method: 'OPTIONS', url: '/auth/login', headers });
    const itself = await by('http', {
      method: 'POST',
      url: '/auth/login',
      headers: { origin: headers.origin },
    });

    expectProblem(preflight, 'https_required');
    expectProblem(itself, 'https_required');
    expect(itself.headers['access-control-allow-origin']).toBe('https://app.example');
  });
});

describe('which requests count as http', () => {
  it.each([
    ['http', 308],
    ['HTTP', 308],
    [' http ', 308],
    ['https,http', 308],
    ['https, http', 308],
    ['https', 200],
    ['http, https', 200],
    ['', 200],
    ['http,', 200],
    ['ftp', 200],
    ['httpx', 200],
  ])('by X-Forwarded-Proto, whose last value is the nearest proxy’s: %j is %d', async (scheme, status) => {
    expect((await by(scheme, { url: '/auth/config' })).statusCode).toBe(status);
  });

  it('none without the header, for a proxy inside may speak http to us', async () => {
    const { http } = service();

    expect((await http.inject({ url: '/auth/config', remoteAddress: PROXY })).statusCode).toBe(200);
    expect((await http.inject({ url: '/auth/config' })).statusCode).toBe(200);
  });

  it('none that a stranger marks, nor one marked by another header', async () => {
    const stranger = await by('http', { url: '/auth/config', remoteAddress: '203.0.113.9' });
    const other = {
      'x-forwarded-ssl': 'off',
      'front-end-https': 'off',
      forwarded: 'proto=http',
      'x-forwarded-port': '80',
    };
    const proxied = await service().http.inject({
      url: '/auth/config',
      remoteAddress: PROXY,
      headers: other,
    });

    expect([stranger.statusCode, proxied.statusCode]).toEqual([200, 200]);
  });

  it('none where PUBLIC_URL is http', async () => {
    const plain = await ownService({ PUBLIC_URL: 'http://auth.example', TRUST_PROXY: '10.0.0.0/8' });

    const { statusCode, headers } = await by('http', { url: '/auth/config' }, plain);

    expect(statusCode).toBe(200);
    expect(headers).not.toHaveProperty('strict-transport-security');
  });
});

describe('what machines ask past the proxy', () => {
  it.each([
    '/live',
    '/ready',
    '/health',
    '/metrics',
    '/api/live',
    '/live?x=1',
  ])('is served: %s', async (url) => {
    const marked = await by('http', { url });
    const unmarked = await service().http.inject({ url, remoteAddress: PROXY });

    expect(marked.statusCode).toBe(unmarked.statusCode);
    expect(marked.statusCode).not.toBe(308);
    expect(marked.headers['strict-transport-security']).toBe('max-age=31536000');
  });
});

describe('a target in another form', () => {
  let say: (bytes: string) => Promise<RawAnswer>;

  beforeAll(async () => {
    const { service: own, close } = await openBehindLoopback();
    say = await listen(own);
    return close;
  });

  const ask = (target: string, method = 'GET') =>
    say(
      `${method} ${target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nX-Forwarded-Proto: http\r\n\r\n`,
    );

  it.each([
    'http://evil.example/auth/config?x=1',
    'HTTPS://evil.example:1/auth/config?x=1',
  ])('is redirected by its path: %s', async (target) => {
    const { status, headers } = await ask(target);

    expect([status, headers['location']]).toEqual([308, `${PUBLIC_URL}/auth/config?x=1`]);
  });

  it.each([
    '//evil.example/x',
    '/\\evil.example/x',
    '/%0d%0aLocation:%20https://evil.example',
  ])('does not lead away as bytes either: %s', async (target) => {
    const { status, headers } = await ask(target);

    expect([status, headers['location']]).toEqual([308, `${PUBLIC_URL}${target}`]);
  });

  it.each([
    'http://evil.example',
    'http://evil.example?/auth/config',
    'ftp://evil.example/auth/config',
  ])('is refused where it has no path: %s', async (target) => {
    const { status, headers, body } = await ask(target);

    expect([status, headers['location'], JSON.parse(body).code]).toEqual([400, undefined, 'https_required']);
  });
});

async function openBehindLoopback() {
  return equip(await openService({ PUBLIC_URL, TRUST_PROXY: '127.0.0.1' }));
}
