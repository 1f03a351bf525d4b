import { describe, expect, it } from 'vitest';
import { expectNoCookie } from '../support/cookies.ts';
import { sharedService } from '../support/http-service.ts';
import { expectProblem } from '../support/problems.ts';

// What the pages say and do: tests/unit/pages. Here: that the whole server leaves them as they are.
const service = sharedService();
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

describe.each(['/setup', '/accept-invitation', '/verify-email'])('GET %s', (url) => {
  it('answers a page under a strict policy that nobody keeps', async () => {
    const response = await service().get(url);
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': CSP,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expectNoCookie(response);
  });

  it('is the same for everybody, whatever is in the query or the headers', async () => {
    const [bare, full] = [
      await service().get(url),
      await service().get(`${url}?token=x`, { 'x-tenant': 'nobody', authorization: 'x' }),
    ];
    expect([full.statusCode, full.body]).toEqual([200, bare.body]);
  });

  it('answers HEAD without a body, and takes no POST', async () => {
    const head = await service().send({ method: 'HEAD', url });
    expect([head.statusCode, head.body]).toEqual([200, '']);
    const posted = await service().post(url);
    expectProblem(posted, 'method_not_allowed');
    expect(posted.headers['allow']).toBe('GET, HEAD');
  });

  it('names files that are there', async () => {
    const { body } = await service().get(url);
    const files = [...body.matchAll(/(?:src|href)="(\/pages\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(files).toHaveLength(2);
    for (const file of files) {
      const response = await service().get(file);
      expect(response.statusCode).toBe(200);
      expect(response.headers['cache-control']).toMatch(/^public, max-age=\d+/);
    }
  });
});
