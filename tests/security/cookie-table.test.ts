import Fastify, { type LightMyRequestResponse } from 'fastify';
import { describe, expect, it } from 'vitest';
import { refuseUnknownCookies } from '../http/support/cookie-table.ts';

// Every answer of the tests over HTTP goes through this check: tests/http/support/http-service.ts.
const REFRESH = 'refresh_token=x; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Strict';
const DEVICE = '__Host-gh_device=x; Max-Age=31536000; Path=/; HttpOnly; Secure; SameSite=Lax';
const CLEARED =
  'refresh_token=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Strict';

/** An answer with these `Set-Cookie` lines. */
async function answerWith(...lines: readonly string[]): Promise<LightMyRequestResponse> {
  const http = Fastify();
  http.get('/', async (_request, reply) => reply.header('set-cookie', lines).send());
  return http.inject('/');
}

describe('the check on every Set-Cookie', () => {
  it('lets pass what api.md lists, set or cleared, and an answer without any', async () => {
    refuseUnknownCookies(await answerWith(REFRESH, DEVICE));
    refuseUnknownCookies(await answerWith(CLEARED));
    refuseUnknownCookies(await answerWith());
  });

  it.each([
    ['a name that is not listed', REFRESH.replace('refresh_token', 'session')],
    ['one that a script may read', REFRESH.replace('; HttpOnly', '')],
    ['one that travels in the clear', REFRESH.replace('; Secure', '')],
    ['another path', REFRESH.replace('Path=/', 'Path=/auth')],
    ['a domain', `${REFRESH}; Domain=example.com`],
    ['no SameSite', REFRESH.replace('; SameSite=Strict', '')],
    ['another SameSite', REFRESH.replace('Strict', 'Lax')],
    ['an attribute that nobody listed', `${REFRESH}; Partitioned`],
    ['no end', REFRESH.replace('Max-Age=86400; ', '')],
    ['a longer life', DEVICE.replace('31536000', '31536001')],
    ['clearing by an empty value alone', REFRESH.replace('=x', '=')],
    ['clearing by its time alone', CLEARED.replace('=;', '=x;')],
  ])('refuses %s', async (_what, line) => {
    const [alone, second] = [await answerWith(line), await answerWith(DEVICE, line)];

    for (const answer of [alone, second]) {
      expect(() => refuseUnknownCookies(answer)).toThrow(/is not as api\.md has it/);
    }
  });
});
