import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

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
      const { access = 'public' } = route.config ?? {};
      const security = access === 'public' ? [] : [{ bearer: [] }];
      return { schema: { ...schema, security, ...({ 'x-access': access } as object) }, url };
    },
  });
  if (!isServed) return;
  server.get(
    '/openapi.json',
    { config: { access: 'public', isAlwaysOn: true }, schema: { hide: true } },
    async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(server.swagger())),
  );
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    theme: { title: 'Gatehouse API' },
    uiConfig: { layout: 'BaseLayout' },
  });
}
