import { describe, expect, it, vi } from 'vitest';
import { type HttpService, sharedService } from '../support/http-service.ts';
import { bearer, newSession, UUID_V7 } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';

const service = sharedService();

type Line = Readonly<Record<string, unknown>>;

/** The log lines of one request, once it has been logged whole. */
async function linesOf({ logLines }: HttpService, requestId: string): Promise<readonly Line[]> {
  const find = () =>
    logLines()
      .map((line): Line => JSON.parse(line))
      .filter((line) => line['request_id'] === requestId);
  await vi.waitFor(() => expect(find().some(({ msg }) => msg === 'request completed')).toBe(true));
  return find();
}

describe('X-Request-ID', () => {
  it.each([
    'r',
    'A-z_0.9',
    'x'.repeat(64),
    '0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11',
    '..',
    '-',
  ])('is kept: %s', async (id) => {
    const response = await service().get('/nowhere', { 'x-request-id': id });
    expect(response.headers['x-request-id']).toBe(id);
    expect(expectProblem(response, 'route_not_found').request_id).toBe(id);
  });

  it.each([
    '',
    ' ',
    'a b',
    'x'.repeat(65),
    'a/b',
    'ä',
    'a,b',
    '{"a":1}',
    'a\tb',
    '%0a',
  ])('is made anew in place of %j', async (id) => {
    const { headers } = await service().get('/live', { 'x-request-id': id });
    expect(headers['x-request-id']).toMatch(UUID_V7);
  });

  it('is made anew where none or several come, another each time', async () => {
    const { get, send } = service();
    const several = await send({ method: 'GET', url: '/live', headers: { 'x-request-id': ['a', 'b'] } });
    const ids = [await get('/live'), await get('/live'), several].map(({ headers }) =>
      String(headers['x-request-id']),
    );
    for (const id of ids) expect(id).toMatch(UUID_V7);
    expect(new Set(ids).size).toBe(3);
  });

  it('comes with every answer, whatever its status', async () => {
    const { get, post } = service();
    const headers = { 'x-request-id': 'everywhere' };
    for (const response of [
      await get('/live', headers),
      await get('/%', headers),
      await get('/auth/me', headers),
      await get('/setup', headers),
      await get('/docs', headers),
      await post('/auth/login', {}, headers),
      await post('/auth/me', {}, headers),
    ]) {
      expect(response.headers['x-request-id']).toBe('everywhere');
    }
  });

  it('finds what a request did in the audit log', async () => {
    await service().post(
      '/auth/login',
      { email: 'nobody@example.test', password: 'x' },
      { 'x-request-id': 'audit-1' },
    );
    const rows = (await service().audit('login.failed')).filter(({ request_id }) => request_id === 'audit-1');
    expect(rows).toHaveLength(1);
  });
});

describe('the log', () => {
  it('tells the start and the end of a request, under its id', async () => {
    await service().get('/live?secret=1', { 'x-request-id': 'log-1' });

    const [started, completed] = await linesOf(service(), 'log-1');

    expect(started).toMatchObject({
      method: 'GET',
      path: '/live',
      ip: '127.0.0.1',
      msg: 'request started',
    });
    expect(completed).toMatchObject({
      method: 'GET',
      route: '/live',
      path: '/live',
      status: 200,
      duration_ms: expect.any(Number),
      ip: '127.0.0.1',
      tenant_id: null,
      user_id: null,
      msg: 'request completed',
    });
  });

  it('tells who asked, once that is known', async () => {
    const signedIn = await newSession(service());
    const { tenant } = (await service().get('/auth/config')).json();

    await service().get('/auth/me', { ...bearer(signedIn), 'x-request-id': 'log-2' });

    const completed = (await linesOf(service(), 'log-2')).at(-1);
    expect(completed).toMatchObject({ tenant_id: tenant.id, user_id: signedIn.userId });
  });

  it('keeps the path as it was asked for, and the route that answered', async () => {
    await service().get('/api/live?a=b', { 'x-request-id': 'log-3' });
    for (const line of await linesOf(service(), 'log-3')) expect(line['path']).toBe('/api/live');
    expect((await linesOf(service(), 'log-3')).at(-1)).toMatchObject({ route: '/live' });
  });

  it('tells of what is refused before any route, and of a path that is none', async () => {
    await service().get('/nowhere', { 'x-request-id': 'log-4' });
    await service().get('/api/%zz', { 'x-request-id': 'log-5' });
    expect((await linesOf(service(), 'log-4')).at(-1)).toMatchObject({
      route: null,
      path: '/nowhere',
      status: 404,
    });
    expect((await linesOf(service(), 'log-5')).at(-1)).toMatchObject({
      route: null,
      path: '/api/%zz',
      status: 404,
    });
  });

  it('holds no query, no header and no body', async () => {
    const headers = { 'x-request-id': 'log-6', 'x-marker': 'marker-header', 'x-tenant': 'marker-tenant' };
    await service().post('/auth/login?q=marker-query', { email: 'marker-body' }, headers);
    expect(JSON.stringify(await linesOf(service(), 'log-6'))).not.toContain('marker-');
  });
});
