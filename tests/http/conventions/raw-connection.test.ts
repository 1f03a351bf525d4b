import { beforeAll, describe, expect, it } from 'vitest';
import { bareHeaders } from '../../../adapters/http/conventions/headers.ts';
import { PROBLEMS, type ProblemCode } from '../../../adapters/http/problems/catalogue.ts';
import { ownService, sharedService } from '../support/http-service.ts';
import { UUID_V7 } from '../support/people.ts';
import { listen, type RawAnswer } from '../support/raw-http.ts';

// What no injected request can show: bytes that Node's parser refuses, or would answer by itself.
const service = sharedService();
let say: (bytes: string | Buffer) => Promise<RawAnswer>;

beforeAll(async () => {
  say = await listen(service());
});

const CLOSE = 'Host: localhost\r\nConnection: close\r\n';
const post = (url: string, headers: string, body: string) =>
  say(`POST ${url} HTTP/1.1\r\n${CLOSE}${headers}\r\n${body}`);
const chunked = (...chunks: string[]) =>
  [...chunks, ''].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');

function expectRawProblem({ status, headers, body }: RawAnswer, code: ProblemCode): void {
  expect([status, JSON.parse(body)]).toEqual([
    PROBLEMS[code].status,
    {
      type: `http://localhost:8080/errors#${code}`,
      title: PROBLEMS[code].title,
      status: PROBLEMS[code].status,
      detail: expect.stringMatching(/./),
      code,
      request_id: headers['x-request-id'],
    },
  ]);
  expect(headers['content-type']).toBe('application/problem+json');
  expect(headers['x-request-id']).toMatch(UUID_V7);
  expect(headers['connection']).toBe('close');
}

describe('what is no request', () => {
  it.each([
    ['bytes that mean nothing', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01])],
    ['a word', 'garbage\r\n\r\n'],
    ['HTTP/2 without having agreed on it', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a method that nobody knows', `FETCH /live HTTP/1.1\r\n${CLOSE}\r\n`],
    ['a header without a name', `GET /live HTTP/1.1\r\n${CLOSE}: x\r\n\r\n`],
    ['a header with a NUL', `GET /live HTTP/1.1\r\n${CLOSE}X: a\0b\r\n\r\n`],
    ['a folded header', `GET /live HTTP/1.1\r\n${CLOSE}X: a\r\n b\r\nY\r\n\r\n`],
    [
      'bytes in its target that are not ASCII',
      Buffer.from(`GET /liv\u00e9 HTTP/1.1\r\n${CLOSE}\r\n`, 'latin1'),
    ],
    ['a space in its target', `GET /li ve HTTP/1.1\r\n${CLOSE}\r\n`],
    ['two lengths', `POST /auth/login HTTP/1.1\r\n${CLOSE}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    [
      'a length and chunks',
      `POST /auth/login HTTP/1.1\r\n${CLOSE}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
    ],
    ['a length that is no number', `POST /auth/login HTTP/1.1\r\n${CLOSE}Content-Length: -1\r\n\r\n{}`],
  ])('is refused as a problem: %s', async (_what, bytes) => {
    expectRawProblem(await say(bytes), 'request_malformed');
  });

  it('is refused with the same headers as everything else', async () => {
    const { headers } = await say('garbage\r\n\r\n');
    const other = await say(`GET /nowhere HTTP/1.1\r\n${CLOSE}\r\n`);
    const { date: _date, ...wanted } = other.headers;
    expect(headers).toEqual({
      ...wanted,
      'content-length': headers['content-length'],
      'x-request-id': headers['x-request-id'],
    });
  });

  it('is told to keep to https where PUBLIC_URL does', async () => {
    const secure = await ownService({ PUBLIC_URL: 'https://auth.example' });
    const { headers } = await (await listen(secure))('garbage\r\n\r\n');
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
    expect(bareHeaders(false)).not.toHaveProperty('Strict-Transport-Security');
  });

  it('is logged by the id that it is told, without its bytes', async () => {
    const { headers } = await say('marker-of-garbage\r\n\r\n');
    const lines = service()
      .logLines()
      .filter((line) => line.includes(String(headers['x-request-id'])));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('rawPacket');
    expect(service().logLines().join('')).not.toContain('marker-of-garbage');
  });
});

describe('431 headers_too_large', () => {
  it.each([
    ['one long header', `X: ${'x'.repeat(17_000)}\r\n`],
    ['many headers', 'X: 0123456789012345678901234567890123456789\r\n'.repeat(500)],
    ['a long cookie', `Cookie: refresh_token=${'x'.repeat(17_000)}\r\n`],
  ])('for %s', async (_what, headers) => {
    expectRawProblem(await say(`GET /live HTTP/1.1\r\n${CLOSE}${headers}\r\n`), 'headers_too_large');
  });

  it('for a long target, too', async () => {
    expectRawProblem(
      await say(`GET /live?${'x'.repeat(17_000)} HTTP/1.1\r\n${CLOSE}\r\n`),
      'headers_too_large',
    );
  });

  it('not for headers that fit', async () => {
    expect((await say(`GET /live HTTP/1.1\r\n${CLOSE}X: ${'x'.repeat(15_000)}\r\n\r\n`)).status).toBe(200);
  });
});

describe('what Node would answer by itself, without a body', () => {
  it('a missing Host is refused as a problem (RFC 9112, section 3.2)', async () => {
    expectRawProblem(await say('GET /live HTTP/1.1\r\nConnection: close\r\n\r\n'), 'request_malformed');
  });

  it('a second Host is refused as a problem, whichever is ours', async () => {
    expectRawProblem(await say(`GET /live HTTP/1.1\r\n${CLOSE}host: localhost\r\n\r\n`), 'request_malformed');
  });

  it('HTTP/1.0 needs none', async () => {
    expect((await say('GET /live HTTP/1.0\r\n\r\n')).status).toBe(200);
  });

  it('an expectation that nobody knows is passed over', async () => {
    expect((await say(`GET /live HTTP/1.1\r\n${CLOSE}Expect: tea\r\n\r\n`)).status).toBe(200);
  });
});

describe('a target in another form', () => {
  it.each([
    'http://localhost/live',
    'http://localhost/api/live',
    'HTTPS://elsewhere.example:1/live',
  ])('is routed by its path: %s', async (target) => {
    expect((await say(`GET ${target} HTTP/1.1\r\n${CLOSE}\r\n`)).status).toBe(200);
  });

  it.each([
    '*',
    'http://localhost',
    'http://localhost?/live',
    'ftp://localhost/live',
    'http://localhost/%',
  ])('is no route: %s', async (target) => {
    const method = target === '*' ? 'OPTIONS' : 'GET';
    expectRawProblem(await say(`${method} ${target} HTTP/1.1\r\n${CLOSE}\r\n`), 'route_not_found');
  });
});

describe('a path that leads out of its folder', () => {
  it.each([
    '/docs/static/..',
    '/docs/static/../../package.json',
    '/docs/static/%2e%2e/%2e%2e/package.json',
    '/docs/static/..%2f..%2fpackage.json',
    '/docs/static/%5c..%5c..%5cpackage.json',
    '/pages/../package.json',
    '/%2e%2e/x',
    '/../../etc/passwd',
    '/%00',
    '/docs/static/%00',
  ])('is no route: %s', async (path) => {
    expectRawProblem(await say(`GET ${path} HTTP/1.1\r\n${CLOSE}\r\n`), 'route_not_found');
  });
});

describe('a body that does not tell its length', () => {
  const JSON_CHUNKED = 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n';

  it('is read to its end', async () => {
    const { status, body } = await post('/auth/login', JSON_CHUNKED, chunked('{"email"', ':1}'));
    expect([status, JSON.parse(body).code]).toEqual([400, 'validation_failed']);
  });

  it('is refused as soon as it passes 64 KiB', async () => {
    const body = chunked(...Array.from({ length: 9 }, () => ' '.repeat(8192)));
    expectRawProblem(await post('/auth/login', JSON_CHUNKED, body), 'body_too_large');
  });

  it('counts as none where it ends without a byte, whatever it is called', async () => {
    for (const type of ['', 'Content-Type: application/json\r\n', 'Content-Type: text/plain\r\n']) {
      const { status, body } = await post(
        '/auth/refresh',
        `${type}Transfer-Encoding: chunked\r\n`,
        chunked(),
      );
      expect([status, JSON.parse(body).code]).toEqual([401, 'refresh_token_invalid']);
    }
  });

  it('is refused where it is called something else, once', async () => {
    const headers = 'Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n';
    expectRawProblem(await post('/auth/login', headers, chunked('a', 'b', 'c')), 'media_type_unsupported');
    expect(service().logLines().join('')).not.toContain('Reply was already sent');
  });

  it('is refused where its chunks are none', async () => {
    expectRawProblem(await post('/auth/login', JSON_CHUNKED, 'zz\r\n{}\r\n0\r\n\r\n'), 'request_malformed');
  });
});

describe('a body that tells its length', () => {
  it('is refused beyond 64 KiB without waiting for it', async () => {
    const headers = 'Content-Type: application/json\r\nContent-Length: 65537\r\n';
    expectRawProblem(await post('/auth/login', headers, '{'), 'body_too_large');
  });
});
