import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { Access } from './access/access.ts';
import type { LimitClass } from './access/limits.ts';

const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const DOCS_PREFIX = '/docs';

export type OpenApiOptions = Readonly<{ publicUrl: string; version: string; isServed: boolean }>;

/** Collects the routes that follow into an OpenAPI 3.1 document. Call before the routes are registered. */
export async function registerOpenApi(
  server: FastifyInstance,
  { publicUrl, version, isServed }: OpenApiOptions,
): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Gatehouse',
        version,
        description:
          'Sign-in, sessions and permissions for your applications. A request acts in the tenant of its credential, else in the one that `X-Tenant` names, else in the default one. Errors are `application/problem+json`; branch on `code`.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token' },
        },
      },
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) => String(json['$id'] ?? `Schema${index}`),
    },
    transform: ({ schema, url, route }) => {
      const { access = 'public', limit = 'public' } = route.config ?? {};
      const security = access === 'public' ? [] : [{ bearer: [] }];
      return { schema: { ...schema, security, ...extensions(access, limit) }, url };
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

/** Who may call an operation, and, where anybody may, how it is limited. */
function extensions(access: Access, limit: LimitClass | 'none'): object {
  return { 'x-access': access, ...(access === 'public' && { 'x-limit': limit }) };
}
