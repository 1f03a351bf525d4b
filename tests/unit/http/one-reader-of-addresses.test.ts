import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

// Rule 25. Whoever reads an address elsewhere reads one that TRUST_PROXY was not asked about, or that a client made up.
const READER = 'adapters/http/access/client-address.ts';

/** What only {@link READER} may look at. */
const FORBIDDEN: readonly RegExp[] = [
  /\b(?:request|req)\s*\??\.\s*(?:ips?|hostname|host|protocol)\b/,
  /\{[^{}]*\b(?:ips?|hostname|host|protocol)\b[^{}]*\}\s*(?::\s*FastifyRequest\b|=\s*(?:request|req)\b)/,
  /\(\s*\{[^{}()]*\b(?:ips?|hostname|host|protocol)\b[^{}()]*\}\s*,\s*reply\b/,
  /x-forwarded|x-real-ip|['"]forwarded['"]|\.forwarded\b/i,
  /\btrustProxy\b/,
];

const SOURCES = ['core', 'adapters', 'app'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name)),
);

it.each(FORBIDDEN)('one file alone reads %s', (pattern) => {
  const readers = SOURCES.filter((path) => path !== READER && pattern.test(withoutComments(path)));

  expect(SOURCES).toContain(READER);
  expect(readers).toEqual([]);
});

describe('the search finds', () => {
  it.each([
    'const from = request.ip;',
    'limit(request?.ip ?? null)',
    'request.ips[0]',
    'link(request.protocol, request.host)',
    'const { ip } = request;',
    'const { headers, ip: address, id } = request;',
    'function contextOf({ ip, headers }: FastifyRequest) {',
    'server.get(path, async ({ ip }, reply) => 1)',
    "headers['x-forwarded-for']",
    "headers['X-Forwarded-Host']",
    "headers['x-real-ip']",
    "headers['forwarded']",
    'headers.forwarded',
    'Fastify({ trustProxy: true })',
  ])('%s', (line) => {
    expect(FORBIDDEN.some((pattern) => pattern.test(line))).toBe(true);
  });

  it.each([
    'const { ip } = contextOf(request);',
    'await server.listen({ host, port });',
    'clientAddressOf(request)',
    'const { headers, id } = request;',
  ])('nothing in %s', (line) => {
    expect(FORBIDDEN.some((pattern) => pattern.test(line))).toBe(false);
  });
});

function withoutComments(path: string): string {
  return readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '');
}
