import cookie from '@fastify/cookie';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { COOKIES, DEVICE_SECRETS_MAX } from '../../../adapters/http/cookie-table.ts';
import { clearTokenCookies, setDeviceCookie, setTokenCookies } from '../../../adapters/http/cookies.ts';
import { renderCookies } from '../../../app/docs/cookies.ts';
import { refuseUnknownCookies } from '../../http/support/cookie-table.ts';

const TOKENS = {
  ...{ accessToken: 'access', accessTokenSeconds: 900 },
  ...{ refreshToken: 'refresh', refreshTokenSeconds: 86_400 },
};

/** What is answered where the cookies of a sign-in are set, and where they are cleared. */
async function answers(hasAccessCookie: boolean) {
  const http = Fastify();
  await http.register(cookie);
  http.decorate('hasAccessCookie', hasAccessCookie);
  http.get('/set', async (_request, reply) => {
    setTokenCookies(reply, TOKENS);
    setDeviceCookie(reply, new Uint8Array(16));
    return '';
  });
  http.get('/clear', async (_request, reply) => {
    clearTokenCookies(reply);
    return '';
  });
  return { set: await http.inject('/set'), cleared: await http.inject('/clear') };
}

// What answers over HTTP really set, every test of tests/http compares with api.md by the way.
it('tells the attributes with which each cookie is set and cleared, as api.md has them', async () => {
  const { set, cleared } = await answers(true);

  for (const answer of [set, cleared]) refuseUnknownCookies(answer);
  expect(set.cookies.map(({ name }) => name)).toEqual(Object.values(COOKIES).map(({ name }) => name));
  expect(cleared.cookies.map(({ name }) => name)).toEqual([COOKIES.refresh.name, COOKIES.access.name]);
  const page = renderCookies();
  const lives = new Map<string, string>([
    [COOKIES.refresh.name, 'as long as the session'],
    [COOKIES.access.name, 'as long as the token'],
  ]);
  for (const { name, sameSite, maxAge } of set.cookies) {
    const life = lives.get(name) ?? `${Number(maxAge) / 86_400} days`;
    expect(page).toContain(`| \`${name}\` | \`SameSite=${sameSite}\` | ${life} |`);
  }
});

it('tells of no cookie for the access token unless the operator wants one', async () => {
  const { set, cleared } = await answers(false);

  const names = [set, cleared].flatMap(({ cookies }) => cookies.map(({ name }) => name));
  expect(names).toEqual([COOKIES.refresh.name, COOKIES.device.name, COOKIES.refresh.name]);
});

it('says how many users of one browser stay known on it', () => {
  expect(DEVICE_SECRETS_MAX).toBe(5);
  expect(COOKIES.device.about.set).toContain('five at most');
});
