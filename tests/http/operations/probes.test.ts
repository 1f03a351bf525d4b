import { describe, expect, it } from 'vitest';
import { sharedService } from '../support/http-service.ts';

// 503 of /ready and /health: readiness.test.ts.
const service = sharedService();

describe.each([
  ['/live', { status: 'alive' }],
  ['/ready', { status: 'ready' }],
  ['/health', { status: 'ok', db: 'ok', redis: 'off' }],
])('GET %s', (url, body) => {
  it('answers 200 and nothing more than it says', async () => {
    const response = await service().get(url);
    expect([response.statusCode, response.json()]).toEqual([200, body]);
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
  });

  it('looks at no credential and no tenant', async () => {
    const headers = { authorization: 'garbage', 'x-api-key': 'x', 'x-tenant': 'nobody' };
    expect((await service().get(url, headers)).statusCode).toBe(200);
  });

  it('answers under /api, too, and to HEAD without a body', async () => {
    expect((await service().get(`/api${url}`)).json()).toEqual(body);
    const head = await service().send({ method: 'HEAD', url });
    expect([head.statusCode, head.body]).toEqual([200, '']);
  });
});
