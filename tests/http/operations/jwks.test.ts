import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { composeService } from '../../support/service.ts';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { equip, ownService, sharedService } from '../support/http-service.ts';
import { expectProblem } from '../support/problems.ts';

const service = sharedService();
const url = '/.well-known/jwks.json';

describe('200', () => {
  it('publishes the public half of each live key and nothing of the private one', async () => {
    const response = await service().get(url);

    expect(response.statusCode).toBe(200);
    expect(Object.keys(response.json())).toEqual(['keys']);
    const { keys } = response.json();
    expect(keys).toHaveLength(1);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
      expect(await calculateJwkThumbprint(key)).toMatch(/^[\w-]{43}$/);
    }
  });

  it.each([
    ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
    ['RS256', { kty: 'RSA', e: 'AQAB' }],
  ])('publishes a key for %s where JWT_ALGORITHM says so', async (alg, members) => {
    const { get } = await ownService({ JWT_ALGORITHM: alg });
    const [key] = (await get(url)).json().keys;
    expect(key).toMatchObject({ alg, use: 'sig', ...members });
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(key).not.toHaveProperty(secret);
  });

  it('may be kept for five minutes, and says by which tag to ask again', async () => {
    const { headers } = await service().get(url);
    expect(headers['cache-control']).toBe('public, max-age=300');
    expect(headers.etag).toMatch(/^"[\w-]+"$/);
    expect(headers['content-type']).toMatch(/^application\/json/);
  });

  it('is the same for everybody, whatever tenant or credential is named', async () => {
    const [bare, named] = [
      await service().get(url),
      await service().get(url, { 'x-tenant': 'nobody', authorization: 'x' }),
    ];
    expect([named.statusCode, named.body]).toEqual([200, bare.body]);
  });

  it('comes with another tag than the one that somebody has', async () => {
    expect((await service().get(url, { 'if-none-match': '"other"' })).statusCode).toBe(200);
  });
});

describe('304', () => {
  it.each([
    (etag: string) => etag,
    (etag: string) => `W/${etag}`,
    (etag: string) => `"other", ${etag}`,
    () => '*',
  ])('answers without a body to whoever has it (form %#)', async (header) => {
    const { headers } = await service().get(url);

    const response = await service().get(url, { 'if-none-match': header(String(headers.etag)) });

    expect([response.statusCode, response.body]).toEqual([304, '']);
    expect(response.headers).toMatchObject({ etag: headers.etag, 'cache-control': 'public, max-age=300' });
  });
});

describe('503 unavailable', () => {
  it('until there is a key, and then nobody keeps the answer', async () => {
    const { service: early, close } = equip(await composeService());

    const response = await early.get(url);

    expectProblem(response, 'unavailable');
    expect(response.headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
    await close();
  });
});

itSawEveryAnswerOf(service, 'GET', url);
