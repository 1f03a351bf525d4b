import type { LightMyRequestResponse } from 'fastify';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { composeService, openService } from '../support/service.ts';
import { expectNoCookie } from './support/cookies.ts';
import { type ProxiedDatabase, proxyDatabase } from './support/database-proxy.ts';
import { equip, type HttpService, ownService, sharedService } from './support/http-service.ts';
import { strictTenant } from './support/mails.ts';
import { goodRequests } from './support/operations.ts';
import { bearer, newAddress, newSession, register } from './support/people.ts';
import { expectFields, expectProblem } from './support/problems.ts';
import { timesSpent } from './support/sessions.ts';

/** Rule 33: never a 401, 403 or 500 that comes of a backend being away. */
function expectUnavailable(response: LightMyRequestResponse): void {
  expectProblem(response, 'unavailable');
  expect(response.headers['retry-after']).toBe('1');
  expect(response.headers).not.toHaveProperty('www-authenticate');
  expectNoCookie(response);
}

const probes = async ({ get }: HttpService) => {
  const told = async (url: string) => {
    const response = await get(url);
    return [response.statusCode, response.json()];
  };
  return { live: await told('/live'), ready: await told('/ready'), health: await told('/health') };
};
const LIVE = [200, { status: 'alive' }];
const NOT_READY = [503, { status: 'not ready' }];
const METHODS = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'] as const;

describe('a process that has not finished starting', () => {
  it('is alive, not ready, and answers 503 on every other route', async () => {
    const { service, close } = equip(await composeService());
    onTestFinished(close);
    await service.http.ready();
    const paths = Object.entries(service.http.swagger().paths ?? {}).flatMap(([url, operations]) =>
      METHODS.filter((method) => method.toLowerCase() in { ...operations }).map(
        (method) => [method, url] as const,
      ),
    );
    const pages = ['/setup', '/pages/page.js', '/errors', '/docs', '/dev/mailbox'].map(
      (url) => ['GET', url] as const,
    );
    const served = ['/live', '/ready', '/health', '/metrics'];

    expect(await probes(service)).toMatchObject({
      live: LIVE,
      ready: NOT_READY,
      health: [200, { db: 'ok' }],
    });
    for (const [method, url] of [...paths, ...pages].filter(([, path]) => !served.includes(path))) {
      const headers = { host: 'localhost:8080', authorization: 'garbage', 'x-tenant': 'nobody' };
      expectUnavailable(await service.send({ method, url, headers }));
    }
    expectProblem(await service.get('/nowhere'), 'route_not_found');
    expectProblem(await service.get('/auth/login'), 'method_not_allowed');
  });

  it('serves its keys as soon as it has them, and everything from then on that it says it is open', async () => {
    const { service, close } = equip(await composeService());
    onTestFinished(close);
    await service.app.services.ensureInstalled();

    expect((await service.get('/.well-known/jwks.json')).statusCode).toBe(200);
    expect((await probes(service)).ready).toEqual(NOT_READY);
    expectUnavailable(await service.get('/auth/config'));

    service.app.open();
    expect((await probes(service)).ready).toEqual([200, { status: 'ready' }]);
    expect((await service.get('/auth/config')).statusCode).toBe(200);
  });
});

describe('a process that is about to stop', () => {
  it('says that it is not ready and serves what still comes', async () => {
    const service = await ownService();
    const signedIn = await newSession(service);

    service.app.drain();

    expect(await probes(service)).toMatchObject({
      live: LIVE,
      ready: NOT_READY,
      health: [200, { status: 'ok' }],
    });
    expect((await service.get('/auth/me', bearer(signedIn))).statusCode).toBe(200);
  });
});

describe.each(['refuse', 'hang'] as const)('while the database is away and its host would %s', (how) => {
  let service: HttpService;
  let proxy: ProxiedDatabase;

  beforeAll(async () => {
    const database = await createTestDatabase();
    proxy = await proxyDatabase(database);
    const opened = equip(
      await openService({ CORS_ORIGINS: 'https://app.example' }, proxy.database),
      database,
    );
    service = opened.service;
    await strictTenant(service, 'strict');
    return async () => {
      await opened.close();
      await proxy.close();
    };
  });

  it('only /ready and /health say so, and keys and pages come as ever', async () => {
    const before = await service.get('/.well-known/jwks.json');
    await proxy[how]();

    expect(await probes(service)).toEqual({
      live: LIVE,
      ready: NOT_READY,
      health: [503, { status: 'error', db: 'down', redis: 'off' }],
    });
    const keys = await service.get('/.well-known/jwks.json');
    expect([keys.statusCode, keys.body]).toEqual([200, before.body]);
    for (const url of ['/setup', '/openapi.json', '/errors'])
      expect((await service.get(url)).statusCode).toBe(200);

    await proxy.restore();
    expect((await probes(service)).ready).toEqual([200, { status: 'ready' }]);
    expect((await probes(service)).health).toEqual([200, { status: 'ok', db: 'ok', redis: 'off' }]);
  });

  it('every operation answers 503 and nothing is lost: each works when it is back', async () => {
    const requests = await goodRequests(service);
    await proxy[how]();

    const away = await Promise.all(requests.map(({ request }) => service.send(request)));

    for (const [index, response] of away.entries()) {
      expect.soft([requests[index]?.name, response.statusCode]).toEqual([requests[index]?.name, 503]);
      expectUnavailable(response);
    }
    await proxy.restore();
    for (const { name, request } of requests) {
      const { statusCode } = await service.send(request);
      expect.soft([name, statusCode]).toEqual([name, expect.toBeOneOf([200, 201, 202, 204, 401, 403])]);
    }
  });

  it('what can be refused without it is refused as ever', async () => {
    await proxy[how]();

    expectFields(await service.post('/auth/login', {}), '/email', '/password');
    expectProblem(await service.get('/auth/me'), 'token_missing');
    expectProblem(await service.get('/auth/me', { authorization: 'Bearer x' }), 'token_invalid');
    expectProblem(await service.post('/auth/refresh', { refresh_token: 'x' }), 'refresh_token_invalid');
    expectProblem(await service.post('/auth/email/verify', { token: 'x' }), 'link_invalid');
    expectProblem(await service.get('/nowhere'), 'route_not_found');

    await proxy.restore();
  });
});

describe('connections that break', () => {
  it('are replaced without anybody having to start anything again', async () => {
    const database = await createTestDatabase();
    const proxy = await proxyDatabase(database);
    const { service, close } = equip(await openService({}, proxy.database), database);
    onTestFinished(async () => {
      await close();
      await proxy.close();
    });
    const signedIn = await newSession(service);

    for (let time = 0; time < 3; time += 1) {
      await proxy.refuse();
      await proxy.restore();
      await expect.poll(async () => (await service.get('/auth/me', bearer(signedIn))).statusCode).toBe(200);
    }
  });
});

describe('a database that may not be written to', () => {
  const service = sharedService();

  it('makes the process unready, and what would write 503', async () => {
    const { sql, post, get, database } = service();
    const person = await register(service());
    const set = async (value: 'on' | 'off') => {
      const change = `ALTER DATABASE ${database.name} SET default_transaction_read_only = ${value}`;
      await sql(`BEGIN READ WRITE; ${change}; COMMIT`);
      const others = 'datname = current_database() AND pid <> pg_backend_pid()';
      await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`);
    };

    await set('on');
    await expect.poll(async () => (await probes(service())).ready).toEqual(NOT_READY);
    const body = { email: person.email, password: person.password };
    await expect.poll(async () => (await get('/auth/config')).statusCode).toBe(200);
    expectUnavailable(await post('/auth/login', body));
    expectUnavailable(await post('/auth/register', { email: newAddress(), password: person.password }));

    await set('off');
    await expect.poll(async () => (await post('/auth/login', body)).statusCode).toBe(200);
    expect((await probes(service())).ready).toEqual([200, { status: 'ready' }]);
  });
});

describe('more requests than connections', () => {
  it('are turned away with 503 while the others wait, and spend nothing', async () => {
    const service = await ownService({ DATABASE_POOL_MAX: '1' });
    const signedIn = await newSession(service, { transport: 'token' });
    const refresh = () => service.post('/auth/refresh', { refresh_token: signedIn.refreshToken });
    // So that the one connection is asked for the session and for nothing before it.
    await service.app.services.feed.catchUp();
    const admin = service.database.pool(null);
    const locker = await admin.connect();
    await locker.query('BEGIN; LOCK TABLE gatehouse.sessions IN ACCESS EXCLUSIVE MODE');

    const waiting = service.get('/auth/me', bearer(signedIn));
    expectUnavailable(await refresh());
    await locker.query('COMMIT');
    locker.release();

    expect((await waiting).statusCode).toBe(200);
    expect(await timesSpent(service, signedIn)).toBe(0);
    expect((await refresh()).statusCode).toBe(200);
  });
});
