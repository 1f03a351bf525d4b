import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../../adapters/http/problems/catalogue.ts';
import {
  BACKEND_PROGRAMS,
  type Backends,
  removeFolder,
  startBackends,
} from '../../support/packaging/backends.ts';
import { type Child, runToEnd, startChild } from '../../support/packaging/child.ts';
import { environmentOf, readCompose, serviceOf } from '../../support/packaging/compose-file.ts';
import { type Answer, type HttpsClient, httpsClient } from '../../support/packaging/https-client.ts';
import { NGINX_PROGRAMS, type Nginx, startNginx } from '../../support/packaging/nginx.ts';
import { describeWithPrograms } from '../../support/packaging/programs.ts';
import { inRoot } from '../../support/packaging/repository.ts';
import { exampleSettings } from '../../support/packaging/settings.ts';
import { cleanEnvironment, freePort } from '../../support/server-process.ts';
import { PASSWORD } from '../../support/service.ts';

const CHEAP = { ARGON2_TIME_COST: '1', ARGON2_MEMORY_COST: '8192', ARGON2_PARALLELISM: '1' };
const UNLIMITED = { RATE_LIMIT_PUBLIC_PER_MINUTE: '1000000', RATE_LIMIT_CREDENTIALS_PER_MINUTE: '1000000' };
const METRICS_USER = 'prometheus';

describeWithPrograms(
  'nginx in front of the service',
  ...NGINX_PROGRAMS,
  ...BACKEND_PROGRAMS,
)('nginx, with the configuration that is shipped', () => {
  let folder = '';
  let backends: Backends;
  let ask: HttpsClient;
  let nginx: Nginx;
  let first: GatehouseServer;
  let second: GatehouseServer;
  const children: Child[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-nginx-'));
    await chmod(folder, 0o755);
    backends = await startBackends(folder, 'localhost');
    ask = httpsClient(await readFile(join(backends.secrets, 'ca'), 'utf8'));
    const [one, two] = [await freePort(), await freePort()];
    const servers = `server 127.0.0.1:${one} max_fails=1 fail_timeout=5s; server 127.0.0.1:${two} max_fails=1 fail_timeout=5s;`;
    nginx = await startNginx({ folder: await below(folder, 'nginx'), secrets: backends.secrets, servers });
    await migrate(backends);
    first = await start(one);
    second = await start(two);
  }, 180_000);

  afterAll(async () => {
    await nginx?.stop();
    await Promise.all(children.map((child) => child.end('SIGTERM')));
    await backends?.stop();
    await removeFolder(folder);
  });

  async function start(port: number): Promise<GatehouseServer> {
    const child = spawnGatehouse({ port, backends, publicUrl: nginx.httpsUrl, folder });
    children.push(child);
    const ready = async () => expect((await fetch(`http://127.0.0.1:${port}/ready`)).status).toBe(200);
    await vi.waitFor(ready, { timeout: 60_000, interval: 50 });
    return { port, child };
  }

  it('registers, signs in, refreshes and logs out through it', async () => {
    const url = nginx.httpsUrl;
    const credentials = { email: 'ada@example.com', password: PASSWORD };

    expect((await ask(`${url}/auth/register`, { body: credentials })).status).toBe(201);
    const login = await ask(`${url}/auth/login`, { body: credentials });
    expect(login.status).toBe(200);
    expect(await me(ask, url, login)).toMatchObject({
      status: 200,
      body: { user: { email: 'ada@example.com' } },
    });
    const refreshed = await ask(`${url}/auth/refresh`, {
      method: 'POST',
      headers: { cookie: cookiesOf(login) },
    });
    expect(refreshed.status).toBe(200);
    expect((await ask(`${url}/auth/logout`, { method: 'POST', headers: bearerOf(refreshed) })).status).toBe(
      204,
    );
    expect(await me(ask, url, refreshed)).toMatchObject({ status: 401, body: { code: 'session_revoked' } });
    expect(login.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(login.headers['server']).toBe('nginx');
    expect(claimsOf(login)['iss']).toBe(url);
  });

  it('tells the service the address of the client, whatever the client says it is', async () => {
    const forged = {
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-real-ip': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
    };
    const url = `${nginx.httpsUrl}/auth/config`;

    const plain = await ask(url, { from: '127.0.0.2', headers: { 'x-request-id': 'plain' } });
    // The address of a proxy is believed: whoever comes from there must not bring others along.
    const proxy = await ask(url, { from: '127.0.0.1', headers: { ...forged, 'x-request-id': 'proxy' } });
    const lying = await ask(url, { from: '127.0.0.3', headers: { ...forged, 'x-request-id': 'lying' } });

    // Marked as http it would have been redirected.
    expect([plain.status, proxy.status, lying.status]).toEqual([200, 200, 200]);
    expect([plain.headers['x-request-id'], lying.headers['x-request-id']]).toEqual(['plain', 'lying']);
    await expect.poll(() => addressIn('plain')).toBe('127.0.0.2');
    await expect.poll(() => addressIn('proxy')).toBe('127.0.0.1');
    await expect.poll(() => addressIn('lying')).toBe('127.0.0.3');
    expect(await logs()).not.toContain('are ignored: it is not in TRUST_PROXY');
  });

  it('makes a request id where a caller sends none that the service would keep', async () => {
    const { headers } = await ask(`${nginx.httpsUrl}/live`, { headers: { 'x-request-id': 'with a blank' } });

    expect(headers['x-request-id']).toMatch(/^[\da-f]{32}$/);
  });

  it('redirects to https what was only asked for, and refuses the rest', async () => {
    const got = await ask(`${nginx.httpUrl}/verify-email?a=b`, { headers: { host: 'evil.example' } });
    const posted = await ask(`${nginx.httpUrl}/auth/login`, { body: { password: PASSWORD } });

    expect([got.status, got.headers['location']]).toEqual([308, `${nginx.httpsUrl}/verify-email?a=b`]);
    expect(posted.status).toBe(400);
    expect(posted.body).toEqual(problem(nginx.httpsUrl, 'https_required', posted));
    expect(posted.headers['strict-transport-security']).toBeUndefined();
  });

  it('takes TLS 1.2 and 1.3, and nothing older', async () => {
    const port = Number(new URL(nginx.httpsUrl).port);

    expect(await agreedVersion(port, 'TLSv1.3')).toBe('TLSv1.3');
    expect(await agreedVersion(port, 'TLSv1.2')).toBe('TLSv1.2');
    expect(await agreedVersion(port, 'TLSv1.1')).toBeNull();
  });

  it.each([
    ['a little too large, by the service', 64 * 1024 + 1],
    ['far too large, by nginx', 256 * 1024],
  ])('has a body refused that is %s, in the same words', async (_which, bytes) => {
    const answer = await ask(`${nginx.httpsUrl}/auth/login`, { body: { password: 'x'.repeat(bytes) } });

    expect(answer.status).toBe(413);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(answer.body).toEqual(problem(nginx.httpsUrl, 'body_too_large', answer));
  });

  it.each([
    ['a little too large', 15 * 1024, 2 * 1024],
    ['far too large', 20 * 1024, 20 * 1024],
  ])('has headers refused that are %s', async (_which, ...lengths) => {
    const headers = Object.fromEntries(lengths.map((length, index) => [`x-${index}`, 'x'.repeat(length)]));
    const answer = await ask(`${nginx.httpsUrl}/live`, { headers });

    expect(answer.status).toBe(431);
    expect(answer.body).toEqual(problem(nginx.httpsUrl, 'headers_too_large', answer));
  });

  it.each([
    ['GET /live HTTP/1.1\r\nHost: a b\r\n', 'request_malformed'],
    ['GET /live HTTP/1.1\r\n', 'request_malformed'],
    ['no request at all\r\n', 'request_malformed'],
    ['GET /% HTTP/1.1\r\nHost: x\r\n', 'request_malformed'],
    ['POST /live HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n', 'request_malformed'],
    ['GET /live HTTP/3.0\r\nHost: x\r\n', 'request_malformed'],
    ['TRACE /live HTTP/1.1\r\nHost: x\r\n', 'method_not_allowed'],
    ['GET /.refused/rate HTTP/1.1\r\nHost: x\r\n', 'route_not_found'],
    [`GET /${'x'.repeat(20 * 1024)} HTTP/1.1\r\nHost: x\r\n`, 'headers_too_large'],
  ] as const)('refuses %j by a problem with a request id', async (lines, code) => {
    const answer = await sayOverTls(nginx.httpsUrl, lines);

    expect(answer.status).toBe(PROBLEMS[code].status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['x-request-id']).toBe(answer.body['request_id']);
    expect(answer.body).toEqual(problem(nginx.httpsUrl, code, answer));
    if (code === 'method_not_allowed') expect(answer.headers['allow']).toContain('GET');
  });

  it('refuses plain http where TLS is spoken, and demands no TLS by a header in the clear', async () => {
    const answer = await ask(`${nginx.httpsUrl.replace('https:', 'http:')}/live`);

    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(problem(nginx.httpsUrl, 'https_required', answer));
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });

  it('lets one address have 100 requests under way, and no other address wait for it', async () => {
    const from = '127.0.0.9';
    const slow = await Promise.all(Array.from({ length: 100 }, () => sendSlowly(nginx.httpsUrl, from)));
    onTestFinished(() => slow.forEach((socket) => void socket.destroy()));
    const refused = () => ask(`${nginx.httpsUrl}/live?m4rker`, { from });
    await expect.poll(async () => (await refused()).status).toBe(429);
    const answer = await refused();

    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.body).toEqual(problem(nginx.httpsUrl, 'rate_limited', answer));
    expect((await ask(`${nginx.httpsUrl}/live`, { from: '127.0.0.8' })).status).toBe(200);
    slow[0]?.destroy();
    await expect.poll(async () => (await refused()).status).toBe(200);
    expect(await nginx.output()).not.toContain('m4rker');
  });

  it('takes a body of the full 64 KiB and writes it nowhere', async () => {
    const body = { email: 'nobody@example.com', password: 'x', extra: 'x'.repeat(64 * 1024 - 100) };
    const answer = await ask(`${nginx.httpsUrl}/auth/login`, { body });

    expect(answer.body['code']).toBe('validation_failed');
    expect(await nginx.output()).not.toContain('buffered to a temporary file');
  });

  it.each([
    '/metrics',
    '/metrics/',
    '/metrics?x=1',
    '/api/metrics',
    '//metrics',
    '/api//metrics',
    '/%6detrics',
    '/%6Detrics',
    '/x/../metrics',
    '/./metrics',
    '/METRICS',
    '/metrics%2f',
    '/metrics;x',
    '/api/api/metrics',
  ])('answers %s with 404, even to who knows the password', async (path) => {
    const password = await readFile(join(backends.secrets, 'metrics_pass'), 'utf8');
    const authorization = `Basic ${Buffer.from(`${METRICS_USER}:${password}`).toString('base64')}`;
    const direct = await ask(`http://127.0.0.1:${first.port}/metrics`, { headers: { authorization } });
    expect(direct.status).toBe(200);

    const answer = await ask(`${nginx.httpsUrl}${path}`, { headers: { authorization } });

    expect(answer.status).toBe(404);
    expect(answer.body['code']).toBe('route_not_found');
    expect(answer.text).not.toContain('http_requests_total');
  });

  it('logs every request as JSON, without its query', async () => {
    await ask(`${nginx.httpsUrl}/live?token=m4rker`, {
      headers: { 'x-request-id': 'logged', referer: 'https://x/?m4rker' },
    });

    const line = await expect
      .poll(async () => (await nginx.output()).split('\n').find((text) => text.includes('"logged"')))
      .toBeTruthy()
      .then(async () => (await nginx.output()).split('\n').find((text) => text.includes('"logged"')));
    expect(JSON.parse(line ?? '')).toMatchObject({
      path: '/live',
      method: 'GET',
      status: '200',
      ip: '127.0.0.1',
    });
    expect(await nginx.output()).not.toContain('m4rker');
    expect(await nginx.output()).not.toMatch(/\[(?:warn|emerg|alert|crit)\]/);
  });

  it.each([
    'SIGTERM',
    'SIGKILL',
  ] as const)('loses no request that may be repeated when one of two processes ends by %s', async (signal) => {
    let isOver = false;
    const answers: (number | string)[] = [];
    const asking = Array.from({ length: 4 }, async () => {
      while (!isOver)
        answers.push(await ask(`${nginx.httpsUrl}/auth/config`).then(({ status }) => status, String));
    });
    const untilAnswered = (more: number) => {
      const wanted = answers.length + more;
      return expect.poll(() => answers.length, { timeout: 30_000 }).toBeGreaterThan(wanted);
    };
    await untilAnswered(20);
    await second.child.end(signal);
    await untilAnswered(100);
    isOver = true;
    await Promise.all(asking);
    second = await start(second.port);

    expect(answers.filter((status) => status !== 200)).toEqual([]);
  });

  describe('in front of processes that break down over a request', () => {
    it.each([
      ['GET', 200, 2],
      ['POST', 503, 1],
    ] as const)('hands on a %s only where it may be repeated', async (method, status, times) => {
      const seen: string[] = [];
      const breaking = await startStub((server) => {
        seen.push(server);
        return null;
      });
      const well = await startStub((server) => {
        seen.push(server);
        return 200;
      });
      // The one that breaks is asked first: the other is a backup.
      const servers = `server 127.0.0.1:${breaking}; server 127.0.0.1:${well} backup;`;
      const own = await startNginx({
        folder: await below(folder, `stub-${method}`),
        secrets: backends.secrets,
        servers,
      });
      onTestFinished(own.stop);

      const answer = await ask(`${own.httpsUrl}/x`, { method, ...(method === 'POST' && { body: {} }) });

      expect(answer.status).toBe(status);
      expect(seen).toHaveLength(times);
    });

    it('says that the service is not available where nobody is there', async () => {
      const servers = `server 127.0.0.1:${await freePort()};`;
      const own = await startNginx({
        folder: await below(folder, 'nobody'),
        secrets: backends.secrets,
        servers,
      });
      onTestFinished(own.stop);

      const answer = await ask(`${own.httpsUrl}/auth/config`);

      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.body).toMatchObject({ code: 'unavailable', type: `${own.httpsUrl}/errors#unavailable` });
    });
  });

  async function logs(): Promise<string> {
    const all = await Promise.all([first, second].map(({ child }) => child.output()));
    return all.join('\n');
  }

  /** The address that the service saw the request with that id come from. */
  async function addressIn(requestId: string): Promise<unknown> {
    const line = (await logs()).split('\n').find((text) => text.includes(`"request_id":"${requestId}"`));
    return line === undefined ? null : JSON.parse(line).ip;
  }
});

type GatehouseServer = Readonly<{ port: number; child: Child }>;

type GatehouseOptions = Readonly<{ port: number; backends: Backends; publicUrl: string; folder: string }>;

/** The built server, in the environment that docker-compose.prod.yml gives it, with nginx on this machine. */
function spawnGatehouse({ port, backends, publicUrl, folder }: GatehouseOptions): Child {
  const service = serviceOf(readCompose('docker-compose.prod.yml'), 'gatehouse');
  const environment = environmentOf(service, { settings: exampleSettings(), secrets: backends.secrets });
  const own = {
    ...{
      PORT: String(port),
      HOST: '127.0.0.1',
      PUBLIC_URL: publicUrl,
      TRUST_PROXY: '127.0.0.1',
      LOG_LEVEL: 'info',
    },
    REQUIRE_EMAIL_VERIFICATION: 'false',
  };
  return startChild(process.execPath, [inRoot('app/run.mjs'), 'server'], {
    cwd: folder,
    env: cleanEnvironment({ ...environment, ...CHEAP, ...UNLIMITED, ...own }),
    log: join(folder, `gatehouse-${port}.log`),
  });
}

async function migrate(backends: Backends): Promise<void> {
  const service = serviceOf(readCompose('docker-compose.prod.yml'), 'migrate');
  const environment = environmentOf(service, { settings: {}, secrets: backends.secrets });
  await runToEnd(process.execPath, [inRoot('app/run.mjs'), 'cli', 'migrate', 'up'], {
    env: cleanEnvironment({ ENVIRONMENT: 'production', ...environment }),
  });
}

async function below(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  return path;
}

/** A server that answers with a status, or hangs up where there is none. Answers its port. */
async function startStub(decide: (server: string) => number | null): Promise<number> {
  const server: Server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const status = decide(request.url ?? '');
      if (status === null) request.socket.destroy();
      else response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The stub has no port');
  return address.port;
}

/** The version of TLS that is agreed on when no newer one is offered; `null`: none. */
function agreedVersion(port: number, version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> {
  return new Promise((resolve) => {
    const options = {
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ciphers: 'DEFAULT:@SECLEVEL=0',
    } as const;
    const socket = connect({ ...options, minVersion: 'TLSv1.1', maxVersion: version }, () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
    socket.on('error', () => resolve(null));
  });
}

/** Says those lines as the head of a request that is the last of its connection. */
async function sayOverTls(url: string, lines: string): Promise<Answer> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', rejectUnauthorized: false });
  socket.end(`${lines}Connection: close\r\n\r\n`);
  const [head = '', said = ''] = (await text(socket)).split('\r\n\r\n');
  const [first = '', ...fields] = head.split('\r\n');
  const headers = fields.map((field) => /^(.*?): (.*)$/.exec(field)?.slice(1) ?? []);
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(headers.map(([name = '', value = '']) => [name.toLowerCase(), value])),
    ...{ text: said, body: JSON.parse(said) },
  };
}

/** Begins a request from that address whose body does not come. */
async function sendSlowly(url: string, localAddress: string): Promise<Socket> {
  const socket = new Socket();
  socket.connect({ port: Number(new URL(url).port), host: '127.0.0.1', localAddress });
  const secure = connect({ socket, rejectUnauthorized: false });
  secure.on('error', () => undefined);
  await once(secure, 'secureConnect');
  secure.write('POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{');
  return secure;
}

function problem(publicUrl: string, code: ProblemCode, { body }: Answer) {
  const { status, title } = PROBLEMS[code];
  const detail = expect.stringMatching(/\w/);
  const requestId = expect.stringMatching(/^[\w.-]+$/);
  expect(body).toHaveProperty('code');
  return { type: `${publicUrl}/errors#${code}`, title, status, detail, code, request_id: requestId };
}

function bearerOf({ body }: Answer): Record<string, string> {
  return { authorization: `Bearer ${String(body['access_token'])}` };
}

function me(ask: HttpsClient, url: string, login: Answer): Promise<Answer> {
  return ask(`${url}/auth/me`, { headers: bearerOf(login) });
}

function cookiesOf({ headers }: Answer): string {
  return [headers['set-cookie'] ?? []]
    .flat()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ');
}

function claimsOf({ body }: Answer): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(String(body['access_token']).split('.')[1] ?? '', 'base64url').toString());
}
