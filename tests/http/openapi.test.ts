import { beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../adapters/http/problems/catalogue.ts';
import { sharedService } from './support/http-service.ts';
import { registeredRoutes } from './support/registered-routes.ts';

// Rule 22. That each answer is declared, every test of tests/http checks by the way: support/answer-book.ts.
const service = sharedService();

/** What is no part of the API: pages for people, the document itself, and the developer's mailbox. */
const HIDDEN: readonly string[] = [
  'GET /accept-invitation',
  'GET /dev/mailbox',
  'GET /docs',
  'GET /docs/',
  'GET /docs/*',
  'GET /docs/json',
  'GET /docs/static/index.html',
  'GET /docs/static/swagger-initializer.js',
  'GET /docs/yaml',
  'GET /errors',
  'GET /openapi.json',
  'GET /pages/page.css',
  'GET /pages/page.js',
  'GET /setup',
  'GET /verify-email',
];

type Schema = Readonly<Record<string, unknown>>;
type Response = Readonly<{ description: string; content?: Record<string, { schema: Schema }> }>;
type Operation = Readonly<{
  name: string;
  operationId: string;
  summary: string;
  tags: string[];
  security: Record<string, string[]>[];
  'x-access': string;
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, Response>;
}>;

let document: Readonly<Record<string, unknown>>;
let operations: readonly Operation[];

beforeAll(async () => {
  document = (await service().get('/openapi.json')).json();
  operations = Object.entries(
    document['paths'] as Record<string, Record<string, Omit<Operation, 'name'>>>,
  ).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({
      ...operation,
      name: `${method.toUpperCase()} ${path}`,
    })),
  );
});

describe('the document', () => {
  it('is OpenAPI 3.1 and says of each part what it must', () => {
    expect(document['openapi']).toMatch(/^3\.1\.\d+$/);
    expect(document['info']).toMatchObject({ title: 'Gatehouse', version: expect.any(String) });
    expect(document['components']).toMatchObject({
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    });
  });

  it('holds every route but those that are hidden on purpose, and nothing else', () => {
    const registered = registeredRoutes(service().http);
    const told = operations.map(({ name }) => name);
    expect(registered).toContain('POST /auth/logout-all');
    expect([...told, ...HIDDEN].sort()).toEqual([...registered].sort());
  });

  it('has every schema that it refers to', () => {
    const { schemas } = document['components'] as { schemas: Record<string, unknown> };
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference]) => reference,
    );
    expect(new Set(references)).toEqual(
      new Set(Object.keys(schemas).map((name) => `#/components/schemas/${name}`)),
    );
  });

  it('names each operation once', () => {
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  it('tells of no secret but in the fields that carry one', () => {
    const text = JSON.stringify(document);
    for (const word of ['password_hash', 'sealed', 'secret_hash', 'credential_version'])
      expect(text).not.toContain(word);
  });
});

/** `undefined` for a code that is none. */
function statusOf(code: string): number | undefined {
  return Object.entries(PROBLEMS).find(([known]) => known === code)?.[1].status;
}

describe('each operation', () => {
  it('says what it does, for whom and under which heading', () => {
    for (const { name, operationId, summary, tags, security, 'x-access': access } of operations) {
      expect.soft([name, operationId]).toEqual([name, expect.stringMatching(/^[a-z][A-Za-z]+$/)]);
      expect.soft([name, summary]).toEqual([name, expect.stringMatching(/^[A-Z].{5,}/)]);
      expect.soft([name, tags]).toEqual([name, [expect.any(String)]]);
      expect
        .soft([name, ['public', 'session', 'own', 'ended_session']])
        .toEqual([name, expect.arrayContaining([access])]);
      expect.soft([name, security]).toEqual([name, access === 'public' ? [] : [{ bearer: [] }]]);
    }
  });

  it('describes each of its answers', () => {
    for (const { name, responses } of operations) {
      for (const [status, { description }] of Object.entries(responses)) {
        expect
          .soft([name, status, description])
          .toEqual([name, status, expect.stringMatching(/^(?!Default Response).+/)]);
      }
    }
  });

  it('refuses with problems alone, each of the closed list and under its own status', () => {
    const refusals = operations
      .filter(({ name }) => !['GET /ready', 'GET /health'].includes(name))
      .flatMap(({ name, responses }) =>
        Object.entries(responses).map(([status, response]) => ({ name, status, ...response })),
      )
      .filter(({ status }) => Number(status) >= 400);

    for (const { name, status, description, content } of refusals) {
      expect.soft([name, Object.keys(content ?? {})]).toEqual([name, ['application/problem+json']]);
      const statuses = description.split(', ').map((code) => statusOf(code.replaceAll('`', '')));
      expect.soft([name, status, new Set(statuses)]).toEqual([name, status, new Set([Number(status)])]);
    }
  });

  it('declares what its kind refuses', () => {
    for (const { name, requestBody, responses, 'x-access': access } of operations) {
      const statuses = Object.keys(responses);
      const looksUp = ![
        'GET /live',
        'GET /ready',
        'GET /health',
        'GET /metrics',
        'GET /.well-known/jwks.json',
      ].includes(name);
      const wanted = [
        ...(requestBody ? ['400', '413', '415'] : []),
        ...(access === 'public' ? [] : ['401', '403']),
        ...(looksUp ? ['403', '500', '503'] : []),
      ];
      expect.soft([name, statuses]).toEqual([name, expect.arrayContaining(wanted)]);
    }
  });

  it('takes a body where it is a POST, and no field that it does not name', () => {
    for (const { name, requestBody } of operations) {
      const schema = requestBody?.content['application/json']?.schema;
      expect.soft([name, schema !== undefined]).toEqual([name, name.startsWith('POST ')]);
      if (schema) expect.soft([name, schema['additionalProperties']]).toEqual([name, false]);
    }
  });
});
