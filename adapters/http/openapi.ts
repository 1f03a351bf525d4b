import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { Access } from './access/access.ts';
import type { LimitClass } from './access/limits.ts';
import { COOKIES } from './cookie-table.ts';
import { completeDocument } from './openapi/document.ts';
import { DESCRIPTION, TAGS } from './openapi/info.ts';
import type { JsonObject } from './openapi/json.ts';
import type { Shown } from './openapi/shown.ts';
import { refusals } from './problems/problem.ts';

const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const DOCS_PREFIX = '/docs';

export type OpenApiOptions = Readonly<{
  publicUrl: string;
  version: string;
  isServed: boolean;
  /** Whether an access token may come in a cookie, and what acts by it asks for an allowed `Origin`. */
  hasAccessCookie: boolean;
}>;

/** Collects the routes that follow into an OpenAPI 3.1 document. Call before the routes are registered. */
export async function registerOpenApi(
  server: FastifyInstance,
  { publicUrl, version, isServed, hasAccessCookie }: OpenApiOptions,
): Promise<void> {
  const shown = new Map<string, Shown>();
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Gatehouse',
        version,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl }],
      tags: TAGS,
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token' },
          cookie: {
            type: 'apiKey',
            in: 'cookie',
            name: COOKIES.access.name,
            description:
              'The access token as a cookie, where the operator has set `JWT_TOKEN_LOCATION=headers,cookies`',
          },
          basic: { type: 'http', scheme: 'basic', description: 'For the metrics, once they have a password' },
        },
      },
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) => String(json['$id'] ?? `Schema${index}`),
    },
    transform: ({ schema: { shown: own, ...schema } = {}, url, route }) => {
      const { access = 'public', limit = 'public' } = route.config ?? {};
      if (own) shown.set(schema.operationId ?? url, own);
      const byToken = [{ bearer: [] }, ...(hasAccessCookie ? [{ cookie: [] }] : [])];
      const security = schema.security ?? (access === 'public' ? [] : byToken);
      const isActing = hasAccessCookie && access !== 'public' && !isReading(route.method);
      const response = isActing ? withForeignPages(schema.response) : schema.response;
      return { schema: { ...schema, response, security, ...extensions(access, limit) }, url };
    },
    transformObject: (documents) => {
      const collected = 'openapiObject' in documents ? documents.openapiObject : {};
      const complete = completeDocument(plain(collected), publicUrl, (id) => shown.get(id) ?? {});
      return JSON.parse(JSON.stringify(complete));
    },
  });
  if (!isServed) return;
  server.get(
    '/openapi.json',
    { config: { access: 'public', isAlwaysOn: true }, schema: { hide: true } },
    async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(server.swagger())),
  );
  // The plugin says nothing of its own routes: its pages are public ones, and the files beside them are static.
  server.addHook('onRoute', (route) => {
    if (!route.url.startsWith(DOCS_PREFIX) || route.config?.access) return;
    const limit = route.url.includes('/static/') ? 'none' : 'public';
    route.config = { ...route.config, access: 'public', limit };
  });
  await server.register(swaggerUi, {
    routePrefix: DOCS_PREFIX,
    staticCSP: DOCS_CSP,
    theme: { title: 'Gatehouse API' },
    uiConfig: { layout: 'BaseLayout' },
  });
}

/** Who may call an operation, and how it is limited: a public one always is, another where it says so. */
function extensions(access: Access, limit: LimitClass | 'none'): object {
  const isLimited = access === 'public' || limit === 'credential';
  return { 'x-access': access, ...(isLimited && { 'x-limit': limit }) };
}

function isReading(methods: string | readonly string[]): boolean {
  return [methods].flat().every((method) => method === 'GET' || method === 'HEAD');
}

/** The answers of an operation that a token in a cookie may call: each of them may refuse the page that it came from. */
function withForeignPages(response: unknown): unknown {
  const answers: Readonly<Record<string, unknown>> = { ...Object(response) };
  const { description }: Readonly<{ description: string }> = Object(answers['403']);
  const [refusal] = Object.values(refusals('csrf_failed'));
  return { ...answers, 403: { ...Object(refusal), description: `${description}, \`csrf_failed\`` } };
}

/** A document as the JSON that it is written as. */
function plain(document: object): JsonObject {
  return JSON.parse(JSON.stringify(document));
}
