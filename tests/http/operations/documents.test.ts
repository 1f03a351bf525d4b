import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../../adapters/http/problems/catalogue.ts';
import { VERSION } from '../../../app/version.ts';
import { ownService, sharedService } from '../support/http-service.ts';
import { expectProblem } from '../support/problems.ts';

const service = sharedService({ PUBLIC_URL: 'http://auth.localhost:8080' });

describe('GET /openapi.json', () => {
  it('answers the OpenAPI 3.1 document of this very service', async () => {
    const response = await service().get('/openapi.json');
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.json()).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\.\d$/),
      info: { title: 'Gatehouse', version: VERSION },
      servers: [{ url: 'http://auth.localhost:8080' }],
    });
  });
});

describe('GET /docs', () => {
  it.each(['/docs', '/docs/', '/api/docs'])('answers the rendered reference at %s', async (url) => {
    const response = await service().get(url);
    expect([response.statusCode, response.headers['content-type']]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
  });

  it('holds nothing inline and loads nothing from elsewhere', async () => {
    const { body, headers } = await service().get('/docs/');
    expect(headers['content-security-policy']).toMatch(/script-src 'self'\s*;/);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(body).not.toMatch(/<script(?![^>]*\bsrc=)/);
  });

  it('serves the files that it names', async () => {
    const { body } = await service().get('/docs/');
    const files = [...body.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, path]) => path);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) expect((await service().get(`/docs/${file}`)).statusCode).toBe(200);
  });

  it('knows no other file, and none outside of its folder', async () => {
    for (const path of [
      'static/nothing',
      'static/..%2fpackage.json',
      'static/%2e%2e/package.json',
      '../package.json',
    ]) {
      expectProblem(await service().get(`/docs/${path}`), 'route_not_found');
    }
  });
});

describe('with DOCS=off', () => {
  it('neither the document nor the reference is there', async () => {
    const { get } = await ownService({ DOCS: 'off' });
    for (const url of [
      '/openapi.json',
      '/docs',
      '/docs/',
      '/docs/json',
      '/docs/yaml',
      '/docs/static/index.html',
    ]) {
      expectProblem(await get(url), 'route_not_found');
    }
  });
});

describe('GET /errors', () => {
  it('explains each code of the closed list under its own anchor, once', async () => {
    const response = await service().get('/errors');

    expect([response.statusCode, response.headers['content-type']]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    const anchors = [...response.body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(anchors).toEqual(Object.keys(PROBLEMS).sort());
    const read = response.body
      .replace(/<[^>]+>/g, '')
      .replaceAll('&#39;', "'")
      .replaceAll('&quot;', '"');
    for (const { title, meaning, remedy } of Object.values(PROBLEMS)) {
      for (const text of [title, meaning, remedy]) expect.soft(read).toContain(text.replaceAll('`', ''));
    }
  });

  it('is where the type of every problem leads', async () => {
    const { type } = (await service().get('/nowhere')).json();
    expect(type).toBe('http://auth.localhost:8080/errors#route_not_found');
    const { pathname, hash } = new URL(type);
    expect((await service().get(pathname)).body).toContain(` id="${hash.slice(1)}"`);
  });
});
