import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, it } from 'vitest';
import { PASSWORD } from '../../support/service.ts';
import { type HttpService, ownService, sharedService } from '../support/http-service.ts';
import { bearer, newAddress, newSession } from '../support/people.ts';

const service = sharedService();

/** What a browser is told with every answer, pages and files among them. */
const SECURITY = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': expect.stringMatching(/^default-src '(?:none|self)'/),
};

/** One answer of each status that there is, by each way in which answers come about. */
async function allKindsOfAnswers(at: HttpService): Promise<ReadonlyMap<string, LightMyRequestResponse>> {
  const { get, post, send } = at;
  const signedIn = await newSession(at);
  const json = { 'content-type': 'application/json' };
  const answers: [string, LightMyRequestResponse][] = [
    ['200 of a probe', await get('/live')],
    ['200 to a session', await get('/auth/me', bearer(signedIn))],
    ['200 with a cookie', signedIn.response],
    ['200 to HEAD', await send({ method: 'HEAD', url: '/auth/config' })],
    ['200 of the document', await get('/openapi.json')],
    ['200 of the reference', await get('/docs')],
    ['200 of the error codes', await get('/errors')],
    ['200 of a page', await get('/setup')],
    ['201', await post('/auth/register', { email: newAddress(), password: PASSWORD })],
    ['202', await post('/auth/email/resend-verification', { email: newAddress() })],
    ['204', await post('/auth/logout', {}, bearer(signedIn))],
    ['400 of a body', await post('/auth/login', {})],
    ['400 of JSON', await send({ method: 'POST', url: '/auth/login', headers: json, payload: '{' })],
    ['400 of a link', await post('/auth/email/verify', { token: 'x' })],
    ['401 without a token', await get('/auth/me')],
    ['401 after the end', await get('/auth/me', bearer(signedIn))],
    ['401 of a sign-in', await post('/auth/login', { email: newAddress(), password: 'x' })],
    [
      '403',
      await post('/auth/register', { email: newAddress(), password: PASSWORD }, { 'x-tenant': 'platform' }),
    ],
    ['404 of a tenant', await get('/auth/config', { 'x-tenant': 'nobody' })],
    ['404 of a route', await get('/nowhere')],
    ['404 of no path', await get('/%')],
    ['404 among files', await get('/docs/static/nothing')],
    ['405', await get('/auth/login')],
    ['413', await send({ method: 'POST', url: '/auth/login', headers: json, payload: 'x'.repeat(70_000) })],
    [
      '415',
      await send({
        method: 'POST',
        url: '/auth/login',
        headers: { 'content-type': 'text/plain' },
        payload: 'x',
      }),
    ],
    ['422', await post('/auth/register', { email: newAddress(), password: 'x' })],
  ];
  return new Map(answers);
}

describe('every answer', () => {
  it('carries the security headers and is kept by nobody, whatever its status', async () => {
    for (const [kind, { statusCode, headers }] of await allKindsOfAnswers(service())) {
      expect.soft([kind, statusCode]).toEqual([kind, Number(kind.slice(0, 3))]);
      expect.soft({ kind, ...headers }).toMatchObject({ kind, ...SECURITY, 'cache-control': 'no-store' });
      expect.soft({ kind, ...headers }).not.toHaveProperty('x-powered-by');
      expect.soft({ kind, ...headers }).not.toHaveProperty('server');
      expect.soft({ kind, ...headers }).not.toHaveProperty('x-xss-protection');
    }
  });

  it('lets nothing be loaded or framed where it is not a page', async () => {
    const csp = "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'";
    for (const url of ['/live', '/auth/config', '/nowhere', '/openapi.json', '/.well-known/jwks.json']) {
      expect((await service().get(url)).headers['content-security-policy']).toBe(csp);
    }
  });
});

describe('Cache-Control', () => {
  it('lets keys and static files be kept, and those alone', async () => {
    const { get } = service();
    for (const url of [
      '/.well-known/jwks.json',
      '/pages/page.js',
      '/pages/page.css',
      '/docs/static/swagger-ui.css',
    ]) {
      const { statusCode, headers } = await get(url);
      expect([statusCode, headers['cache-control']]).toEqual([
        200,
        expect.stringMatching(/^public, max-age=\d+$/),
      ]);
      expect(headers).toMatchObject(SECURITY);
    }
  });

  it('lets nobody keep their refusal', async () => {
    for (const url of ['/.well-known/jwks.json', '/pages/page.js', '/docs/static/swagger-ui.css']) {
      expect((await service().post(url)).headers['cache-control']).toBe('no-store');
    }
  });
});

describe('Strict-Transport-Security', () => {
  it('is not said over http, where it would lock developers out of localhost', async () => {
    for (const [, { headers }] of await allKindsOfAnswers(service())) {
      expect(headers).not.toHaveProperty('strict-transport-security');
    }
  });

  it('is said with every answer where PUBLIC_URL is https', async () => {
    const secure = await ownService({ PUBLIC_URL: 'https://auth.example' });
    for (const [kind, { headers }] of await allKindsOfAnswers(secure)) {
      expect.soft([kind, headers['strict-transport-security']]).toEqual([kind, 'max-age=31536000']);
    }
  });
});

describe('WWW-Authenticate', () => {
  it('comes with a 401 of a route that takes a Bearer, and with nothing else', async () => {
    for (const [kind, { headers }] of await allKindsOfAnswers(service())) {
      const wanted = { '401 without a token': 'Bearer', '401 after the end': 'Bearer error="invalid_token"' }[
        kind
      ];
      expect.soft([kind, headers['www-authenticate']]).toEqual([kind, wanted]);
    }
  });
});

describe('a credential on a public route', () => {
  it('is not looked at, good or bad', async () => {
    const { accessToken } = await newSession(service());
    const credentials: Record<string, string>[] = [
      { authorization: 'garbage' },
      { authorization: 'Basic eDp4' },
      { authorization: `Bearer ${accessToken}` },
      { 'x-api-key': 'ask_garbage' },
      { authorization: `Bearer ${accessToken}`, 'x-api-key': 'ask_garbage' },
    ];
    const operations = await publicOperations(service());

    expect(operations.length).toBeGreaterThanOrEqual(11);
    for (const { method, url } of operations) {
      const ask = (headers = {}) => service().send({ method, url, headers });
      const { statusCode } = await ask();
      for (const headers of credentials)
        expect.soft([url, (await ask(headers)).statusCode]).toEqual([url, statusCode]);
    }
  });
});

async function publicOperations({ http }: HttpService) {
  await http.ready();
  return Object.entries(http.swagger().paths ?? {}).flatMap(([url, operations]) =>
    Object.entries(operations ?? {})
      .filter(([, operation]) => (operation as Record<string, unknown>)['x-access'] === 'public')
      .map(([method]) => ({ url, method: method === 'get' ? ('GET' as const) : ('POST' as const) })),
  );
}
