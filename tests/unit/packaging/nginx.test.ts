import { describe, expect, it } from 'vitest';
import { bareHeaders } from '../../../adapters/http/conventions/headers.ts';
import { PROBLEMS } from '../../../adapters/http/problems/catalogue.ts';
import { readCompose, serviceOf } from '../../support/packaging/compose-file.ts';
import { readRoot } from '../../support/packaging/repository.ts';

const MAIN = readRoot('deploy/nginx/nginx.conf');
const TEMPLATE = readRoot('deploy/nginx/templates/gatehouse.conf.template');
const SERVER = readRoot('adapters/http/server.ts');

describe("nginx's own refusals", () => {
  const refusals = [...TEMPLATE.matchAll(/return (\d+) '(\{.*\})';/g)].map(([, status, body = '']) => ({
    status: Number(status),
    body: JSON.parse(body),
  }));

  it('are problems of the catalogue, word for word', () => {
    expect(refusals.map(({ body }) => body.code).sort()).toEqual([
      'body_too_large',
      'headers_too_large',
      'https_required',
      'https_required',
      'method_not_allowed',
      'rate_limited',
      'request_malformed',
      'route_not_found',
      'unavailable',
    ]);
    for (const { status, body } of refusals) {
      const known = Object.entries(PROBLEMS).find(([code]) => code === body.code)?.[1];
      expect([body.code, body.title, body.status]).toEqual([body.code, known?.title, known?.status]);
      expect(status).toBe(known?.status);
      expect(body.type).toBe(`\${PUBLIC_URL}/errors#${body.code}`);
      expect(Object.keys(body)).toEqual(['type', 'title', 'status', 'detail', 'code', 'request_id']);
    }
  });

  it('carry the security headers of the service, with the same values', () => {
    const lines = readRoot('deploy/nginx/problem.conf').matchAll(/^add_header (\S+) (.+) always;$/gm);
    const set = [...lines].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value.replaceAll('"', ''),
    ]);
    const hsts = /map \$https \$hsts \{\s+default "";\s+on "(.*)";/.exec(MAIN)?.[1];
    const own = Object.entries(bareHeaders(true)).map(([name, value]) => [name.toLowerCase(), value]);

    const filledIn = set.map(([name, value]) => [name, value === '$hsts' ? hsts : value]);
    expect(filledIn.filter(([name]) => name !== 'x-request-id').sort()).toEqual(own.sort());
  });
});

describe('the limits of nginx', () => {
  const numberAfter = (text: string, name: string) =>
    Number(new RegExp(`${name}[ =]+([\\d_]+)`).exec(text)?.[1]?.replaceAll('_', ''));

  it('let a little more through than the service reads', () => {
    const bodyMax = 64 * 1024;
    expect(SERVER).toContain('const BODY_BYTES_MAX = 64 * 1024;');
    expect(numberAfter(MAIN, 'client_max_body_size') * 1024).toBeGreaterThan(bodyMax);
    expect(numberAfter(MAIN, 'client_max_body_size') * 1024).toBeLessThan(2 * bodyMax);
    // A body is never put into a file.
    expect(numberAfter(MAIN, 'client_body_buffer_size')).toBe(numberAfter(MAIN, 'client_max_body_size'));
  });

  it('keep all connections with slow bodies in the memory that it may take', () => {
    const memory = serviceOf(readCompose('docker-compose.prod.yml'), 'nginx').deploy?.resources.limits.memory;
    const connections = numberAfter(MAIN, 'worker_processes') * numberAfter(MAIN, 'worker_connections');
    // The buffer of the body, and what was measured beside it: TLS, the headers, the request.
    const kibibytesEach = numberAfter(MAIN, 'client_body_buffer_size') + 32;

    expect(memory).toMatch(/^\d+M$/);
    expect(connections * kibibytesEach).toBeLessThanOrEqual(Number.parseInt(memory ?? '', 10) * 1024 * 0.75);
    // A connection of a client and one of a process at most, and what is open beside them.
    expect(numberAfter(MAIN, 'worker_rlimit_nofile')).toBeGreaterThan(
      2 * numberAfter(MAIN, 'worker_connections'),
    );
    expect(MAIN).toContain('limit_conn_zone $binary_remote_addr zone=peers:');
    expect(numberAfter(MAIN, 'limit_conn peers')).toBe(100);
  });

  it('wait longer than the service takes', () => {
    const serviceMs = numberAfter(SERVER, 'REQUEST_TIMEOUT_MS');

    expect(serviceMs).toBe(15_000);
    for (const name of ['proxy_read_timeout', 'proxy_send_timeout'])
      expect(numberAfter(TEMPLATE, name) * 1000).toBeGreaterThan(serviceMs);
  });

  it('repeat nothing but what may be repeated', () => {
    const [, conditions = ''] = /^\s*proxy_next_upstream (.*);$/m.exec(TEMPLATE) ?? [];

    expect(conditions.split(' ').sort()).toEqual(['error', 'timeout']);
  });
});

it('leaves no place of the template that the compose file does not fill in', () => {
  const { environment = {} } = serviceOf(readCompose('docker-compose.prod.yml'), 'nginx');
  const filter = new RegExp(environment['NGINX_ENVSUBST_FILTER'] ?? '');
  const places = [...TEMPLATE.matchAll(/\$\{(\w+)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => name !== '…');

  expect(new Set(places)).toEqual(
    new Set(['PUBLIC_URL', ...Object.keys(environment).filter((name) => name.startsWith('EDGE_'))]),
  );
  expect(places.filter((name) => !filter.test(name))).toEqual([]);
});
