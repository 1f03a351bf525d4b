import { describe, expect, it } from 'vitest';
import { sharedService } from '../support/http-service.ts';
import { newAddress, register, signIn } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';

const service = sharedService();
type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
const ask = (method: Method, url: string, payload?: string) =>
  service().send({
    method,
    url,
    ...(payload !== undefined && { headers: { 'content-type': 'application/json' }, payload }),
  });

describe('a leading /api/', () => {
  it('is stripped once, on every kind of route', async () => {
    const { get } = service();
    for (const url of [
      '/auth/config',
      '/live',
      '/.well-known/jwks.json',
      '/openapi.json',
      '/setup',
      '/errors',
    ]) {
      const [bare, prefixed] = [await get(url), await get(`/api${url}`)];
      expect([prefixed.statusCode, prefixed.body]).toEqual([200, bare.body]);
    }
  });

  it('is stripped before a body is taken, too', async () => {
    const person = await register(service());
    const body = { email: person.email, password: person.password };
    expect((await service().post('/api/auth/login', body)).statusCode).toBe(200);
    expect((await service().post('/api/auth/login?x=/api/', body)).statusCode).toBe(200);
  });

  it.each([
    '/api/api/auth/config',
    '/api/api/live',
    '/api',
    '/api/',
    '/api?x=/api/live',
    '/apilive',
    '/API/live',
    '/%61pi/live',
    '//api/live',
    '/api//live',
    '/./api/live/x',
    '/v1/api/live',
  ])('is nothing else: %s is 404', async (url) => {
    expectProblem(await service().get(url), 'route_not_found');
  });
});

describe('404 route_not_found', () => {
  it.each([
    '/',
    '/nowhere',
    '/auth',
    '/auth/',
    '/auth/me/',
    '/auth/login/x',
    '/LIVE',
    '/auth/config.json',
    '/auth%2Fme',
  ])('at %s, by every method', async (url) => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      const response = await ask(method, url);
      expectProblem(response, 'route_not_found');
      expect(response.headers).not.toHaveProperty('allow');
    }
  });

  it.each([
    '/%',
    '/%zz',
    '/auth/%',
    '/auth/%c3%28',
    '/auth/config/%ff',
    '/docs/%',
    '/%00',
    '/%e0%a4%a',
  ])('at %s, which is no path at all', async (url) => {
    expectProblem(await ask('GET', url), 'route_not_found');
    expectProblem(await ask('POST', url, '{}'), 'route_not_found');
  });

  it('does not mind what stands in a query', async () => {
    expect((await ask('GET', '/live?%')).statusCode).toBe(200);
    expect((await ask('GET', '/live?%zz=%00&a[b]=c')).statusCode).toBe(200);
  });

  it('is told before the body is looked at', async () => {
    expectProblem(await ask('POST', '/nowhere', '{'), 'route_not_found');
    expectProblem(await ask('POST', '/nowhere', 'x'.repeat(70_000)), 'route_not_found');
  });

  it('is told before the credential is, and tells nothing of where one is wanted', async () => {
    const response = await service().get('/auth/nothing', {
      authorization: 'garbage',
      'x-tenant': 'nobody',
    });
    expectProblem(response, 'route_not_found');
    expect(response.headers).not.toHaveProperty('www-authenticate');
  });

  it('is byte-equal for all of them, the id of the request apart', async () => {
    const { get } = service();
    const [one, other] = [
      await get('/nowhere', { 'x-request-id': 'r' }),
      await get('/%', { 'x-request-id': 'r' }),
    ];
    expect(other.body).toBe(one.body);
  });
});

describe('405 method_not_allowed', () => {
  it.each([
    ['/auth/login', 'POST', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
    ['/auth/refresh', 'POST', ['GET', 'HEAD', 'PUT', 'DELETE']],
    ['/auth/logout', 'POST', ['GET', 'DELETE']],
    ['/auth/me', 'GET, HEAD', ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
    ['/auth/config', 'GET, HEAD', ['POST', 'DELETE']],
    ['/.well-known/jwks.json', 'GET, HEAD', ['POST', 'PUT']],
    ['/live', 'GET, HEAD', ['POST']],
    ['/openapi.json', 'GET, HEAD', ['POST']],
    ['/errors', 'GET, HEAD', ['POST']],
  ] as [string, string, Method[]][])('at %s, which takes %s and says so', async (url, allow, methods) => {
    for (const method of methods) {
      const response = await ask(method, url);
      expect([response.statusCode, response.headers['allow']]).toEqual([405, allow]);
      if (method !== 'HEAD') expectProblem(response, 'method_not_allowed');
    }
  });

  it('names each method in Allow that the route then takes, and no other', async () => {
    for (const url of ['/auth/config', '/auth/register']) {
      const allowed = String((await ask('DELETE', url)).headers['allow']).split(', ');
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'OPTIONS'] as const) {
        expect((await ask(method, url)).statusCode === 405).toBe(!allowed.includes(method));
      }
    }
  });

  it('is told under /api and with an encoded path alike', async () => {
    expectProblem(await ask('GET', '/api/auth/login'), 'method_not_allowed');
    expectProblem(await ask('GET', '/auth/%6cogin'), 'method_not_allowed');
  });

  it('is told before the body and before the credential is looked at', async () => {
    expectProblem(await ask('PUT', '/auth/login', '{'), 'method_not_allowed');
    const response = await ask('POST', '/auth/me', '{}');
    expectProblem(response, 'method_not_allowed');
    expect(response.headers).not.toHaveProperty('www-authenticate');
  });
});

describe('HEAD', () => {
  it.each([
    '/live',
    '/auth/config',
    '/.well-known/jwks.json',
    '/openapi.json',
    '/setup',
  ])('answers at %s as GET does, without the body', async (url) => {
    const [get, head] = [await ask('GET', url), await ask('HEAD', url)];
    expect([head.statusCode, head.body]).toEqual([200, '']);
    for (const name of ['content-type', 'cache-control', 'etag'])
      expect(head.headers[name]).toBe(get.headers[name]);
  });

  it('is refused as GET is', async () => {
    const response = await ask('HEAD', '/auth/me');
    expect([response.statusCode, response.body, response.headers['www-authenticate']]).toEqual([
      401,
      '',
      'Bearer',
    ]);
  });

  it('answers a session as GET does', async () => {
    const { accessToken } = await signIn(service(), await register(service(), { email: newAddress() }));
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await service().send({ method: 'HEAD', url: '/auth/me', headers })).statusCode).toBe(200);
  });
});
