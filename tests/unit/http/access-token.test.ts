import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { accessTokenOf, actsByAccessCookie } from '../../../adapters/http/access/bearer.ts';

/** Answers with the token of a request, and with how often somebody looked at its cookies. */
async function ask(hasAccessCookie: boolean, headers: Record<string, string>) {
  let looks = 0;
  const http = Fastify();
  http.decorate('hasAccessCookie', hasAccessCookie);
  http.get('/', async (request) => {
    const { cookie } = request.headers;
    Object.defineProperty(request.headers, 'cookie', {
      get() {
        looks += 1;
        return cookie;
      },
    });
    return accessTokenOf(request);
  });
  return { body: (await http.inject({ url: '/', headers })).body, looks };
}

const COOKIE = { cookie: 'access_token=of-the-cookie' };

it('takes the token of the header, and then looks at no cookie', async () => {
  const headers = { ...COOKIE, authorization: 'Bearer of-the-header' };
  for (const hasAccessCookie of [true, false]) {
    expect(await ask(hasAccessCookie, headers)).toEqual({ body: 'of-the-header', looks: 0 });
  }
});

it('takes that of the cookie where there is no header and the operator wants it', async () => {
  expect((await ask(true, COOKIE)).body).toBe('of-the-cookie');
});

it.each([
  [COOKIE, true],
  [{ ...COOKIE, authorization: 'Bearer of-the-header' }, false],
  [{ ...COOKIE, authorization: '' }, false],
  [{ ...COOKIE, 'x-api-key': 'ask_x' }, false],
  [{ cookie: 'theme=dark' }, false],
  [{}, false],
])('acts by the cookie where nothing but that is there: %j is %s', async (headers: object, isActing) => {
  const http = Fastify();
  http.decorate('hasAccessCookie', true);
  http.get('/', async (request) => ({ isActing: actsByAccessCookie(request) }));
  expect((await http.inject({ url: '/', headers: { ...headers } })).json()).toEqual({ isActing });
});

it('looks at no cookie by default', async () => {
  const { body, looks } = await ask(false, COOKIE);
  expect([body.includes('of-the-cookie'), looks]).toEqual([false, 0]);
});
