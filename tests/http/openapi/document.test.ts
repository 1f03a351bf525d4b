import { beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../../adapters/http/problems/catalogue.ts';
import { lintApi } from '../../../app/docs/lint.ts';
import { sharedService } from '../support/http-service.ts';
import { registeredRoutes } from '../support/registered-routes.ts';
import { type Operation, readOperations } from './operations.ts';

// Rule 22. That each answer is declared, every test of tests/http checks by the way: ../support/answer-book.ts.
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

/** Headers that only some operations have. */
const OF_SOME: readonly string[] = [
  'POST /auth/login 200 Set-Cookie',
  'POST /auth/login 401 Set-Cookie',
  'POST /auth/refresh 200 Set-Cookie',
  'POST /auth/refresh 401 Set-Cookie',
  'POST /auth/logout 204 Set-Cookie',
  'POST /auth/logout-all 204 Set-Cookie',
  'POST /auth/invitations/accept 200 Set-Cookie',
  'POST /auth/reauthenticate 200 Set-Cookie',
  'DELETE /auth/sessions/{id} 204 Set-Cookie',
  'DELETE /auth/sessions/all 204 Set-Cookie',
  'GET /.well-known/jwks.json 200 Cache-Control',
  'GET /.well-known/jwks.json 200 ETag',
  'GET /.well-known/jwks.json 304 Cache-Control',
  'GET /.well-known/jwks.json 304 ETag',
  'GET /metrics 401 WWW-Authenticate',
];

let document: Readonly<Record<string, unknown>>;
let operations: readonly Operation[];

beforeAll(async () => {
  ({ document, operations } = await readOperations(service()));
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
    expect(registered).toEqual(
      expect.arrayContaining(['POST /auth/logout-all', 'DELETE /auth/sessions/{id}']),
    );
    expect([...told, ...HIDDEN].sort()).toEqual([...registered].sort());
  });

  it('has every component that it refers to, and no other', () => {
    const components = Object.entries(Object(document['components'])).flatMap(([kind, named]) =>
      Object.keys(Object(named)).map((name) => `#/components/${kind}/${name}`),
    );
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference]) => reference,
    );

    const schemes = ['basic', 'bearer', 'cookie'].map((name) => `#/components/securitySchemes/${name}`);
    expect([...new Set([...references, ...schemes])].sort()).toEqual(components.sort());
  });

  it('describes its tags, in the order in which operations are shown', () => {
    const tags = Object(document['tags']);
    const used = new Set(operations.flatMap((operation) => operation.tags));

    expect(tags).toEqual(
      [...used].map(() => ({ name: expect.any(String), description: expect.stringMatching(/^[A-Z].*\.$/) })),
    );
    expect(new Set(tags.map(({ name }: { name: string }) => name))).toEqual(used);
  });

  it('is the same at /docs, whose pages are made from it', async () => {
    expect((await service().get('/docs/json')).json()).toEqual(document);
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
    for (const { name, operationId, summary, description, tags, security, access } of operations) {
      expect.soft([name, description]).toEqual([name, expect.stringMatching(/^[A-Z].{5,}\.$/s)]);
      expect.soft([name, operationId]).toEqual([name, expect.stringMatching(/^[a-z][A-Za-z]+$/)]);
      expect.soft([name, summary]).toEqual([name, expect.stringMatching(/^[A-Z].{5,}/)]);
      expect.soft([name, tags]).toEqual([name, [expect.any(String)]]);
      expect
        .soft([name, ['public', 'session', 'fresh_session', 'own', 'ended_session']])
        .toEqual([name, expect.arrayContaining([access])]);
      const open = name === 'GET /metrics' ? [{}, { basic: [] }] : [];
      expect.soft([name, security]).toEqual([name, access === 'public' ? open : [{ bearer: [] }]]);
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
      expect.soft([name, Object.keys(content)]).toEqual([name, ['application/problem+json']]);
      const statuses = description.split(', ').map((code) => statusOf(code.replaceAll('`', '')));
      expect.soft([name, status, new Set(statuses)]).toEqual([name, status, new Set([Number(status)])]);
    }
  });

  it('declares what its kind refuses', () => {
    for (const { name, requestBody, responses, access } of operations) {
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

  it('takes a body where there is something to say, and no field that it does not name', () => {
    for (const { name, requestBody } of operations) {
      const schema = requestBody?.content['application/json']?.schema;
      const isTold =
        (name.startsWith('POST ') && name !== 'POST /auth/logout') || name === 'DELETE /auth/sessions/all';
      expect.soft([name, schema !== undefined]).toEqual([name, isTold]);
      if (schema) expect.soft([name, schema['additionalProperties']]).toEqual([name, false]);
    }
  });

  // No body at all counts as `{}` (api.md, "Conventions").
  it('wants a body only where some field of it is wanted', () => {
    const wants = operations.flatMap(({ name, requestBody }) =>
      requestBody ? [[name, requestBody.required] as const] : [],
    );

    expect(Object.fromEntries(wants)).toEqual({
      'POST /auth/register': true,
      'POST /auth/login': true,
      'POST /auth/refresh': false,
      'POST /auth/logout-all': false,
      'DELETE /auth/sessions/all': false,
      'POST /auth/reauthenticate': false,
      'POST /auth/reauthenticate/options': false,
      'POST /auth/email/verify': true,
      'POST /auth/email/resend-verification': true,
      'POST /auth/invitations/accept': true,
    });
  });

  it('tells on each answer of the headers that its kind has', () => {
    for (const operation of operations) {
      for (const [status, { headers }] of Object.entries(operation.responses)) {
        const where = `${operation.name} ${status}`;
        const own = Object.keys(headers).filter((header) => !OF_SOME.includes(`${where} ${header}`));
        expect.soft([where, own.sort()]).toEqual([where, [...headersOfKind(operation, status)].sort()]);
      }
    }
  });

  it('takes X-Tenant wherever a tenant can be the reason of a refusal', () => {
    for (const { name, parameters, responses } of operations) {
      const isOfTenant = Object.values(responses).some(({ description }) => description.includes('`tenant_'));
      const names = parameters.map((parameter) => parameter.name);
      expect.soft([name, names.includes('X-Tenant')]).toEqual([name, isOfTenant]);
    }
  });
});

// The last one: it is busy for so long that a request after it might be turned away.
it('passes the linter as it is served', async () => {
  expect(await lintApi(JSON.parse(JSON.stringify(document)))).toEqual([]);
});

function headersOfKind({ responses, access, limit }: Operation, status: string): readonly string[] {
  const isProblem = responses[status]?.content['application/problem+json'] !== undefined;
  return [
    ...(limit !== undefined && limit !== 'none'
      ? ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset']
      : []),
    ...(isProblem && ['429', '503'].includes(status) ? ['Retry-After'] : []),
    ...(access !== 'public' && status === '401' ? ['WWW-Authenticate'] : []),
  ];
}
