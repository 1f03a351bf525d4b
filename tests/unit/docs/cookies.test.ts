import cookie from '@fastify/cookie';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { COOKIES, DEVICE_SECRETS_MAX } from '../../../adapters/http/cookie-table.ts';
import { clearRefreshCookie, setDeviceCookie, setRefreshCookie } from '../../../adapters/http/cookies.ts';
import { renderCookies } from '../../../app/docs/cookies.ts';
import { refuseUnknownCookies } from '../../http/support/cookie-table.ts';

// What answers over HTTP really set, every test of tests/http compares with api.md by the way.
it('tells the attributes with which each cookie is set and cleared, as api.md has them', async () => {
  const http = Fastify();
  await http.register(cookie);
  http.get('/set', async (_request, reply) => {
    setRefreshCookie(reply, 'token', 86_400);
    setDeviceCookie(reply, new Uint8Array(16));
    return '';
  });
  http.get('/clear', async (_request, reply) => {
    clearRefreshCookie(reply);
    return '';
  });

  const [set, cleared] = [await http.inject('/set'), await http.inject('/clear')];

  for (const answer of [set, cleared]) refuseUnknownCookies(answer);
  expect(set.cookies.map(({ name }) => name)).toEqual(Object.values(COOKIES).map(({ name }) => name));
  expect(cleared.cookies.map(({ name }) => name)).toEqual([COOKIES.refresh.name]);
  const page = renderCookies();
  for (const { name, sameSite, maxAge } of set.cookies) {
    const life = name === COOKIES.refresh.name ? 'as long as the session' : `${Number(maxAge) / 86_400} days`;
    expect(page).toContain(`| \`${name}\` | \`SameSite=${sameSite}\` | ${life} |`);
  }
});

it('says how many users of one browser stay known on it', () => {
  expect(DEVICE_SECRETS_MAX).toBe(5);
  expect(COOKIES.device.about.set).toContain('five at most');
});
