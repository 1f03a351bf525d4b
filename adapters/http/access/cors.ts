import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../../../core/sessions/index.ts';
import type { ResolveTenant, Tenant, TenantDirectory } from '../../../core/tenants/index.ts';
import { takesBearer } from './access.ts';
import { accessTokenOf } from './bearer.ts';
import type { CountPublic } from './limits.ts';
import { isOperators, type OperatorOrigins } from './origins.ts';
import { notedTenantOf, publicTenantOf } from './request-facts.ts';

export type CorsDeps = OperatorOrigins &
  Readonly<{
    authenticate: Authenticate;
    resolveTenant: ResolveTenant;
    tenants: TenantDirectory;
    isOpen(): boolean;
    /** A preflight that has to be looked up is counted like any public request. */
    countPublic: CountPublic;
  }>;

const PREFLIGHT_SECONDS = 600; // ten minutes
const REQUEST_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, If-Match, X-API-Key, X-Request-ID, X-Tenant';
const RESPONSE_HEADERS =
  'Allow, ETag, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, WWW-Authenticate, X-Request-ID';

/**
 * Lets browser applications on other origins call the API (Fetch Standard, section 3.2).
 *
 * A preflight knows no tenant, so it is answered for any that some tenant
 * allows; the request itself may be read only where its own tenant does.
 *
 * @param methodsOf the methods that a path takes; none for an unknown path
 */
export function registerCors(
  server: FastifyInstance,
  deps: CorsDeps,
  methodsOf: (url: string) => readonly string[],
): void {
  server.addHook('onRequest', (request, reply, next) => {
    const { origin } = request.headers;
    if (!isPreflight(request) || origin === undefined || isLocalTool(request)) return next();
    answerPreflight(origin, request, reply).then((isAnswered) => (isAnswered ? undefined : next()), next);
  });

  server.addHook('onSend', (request, reply, _payload, next) => {
    void reply.header('vary', 'Origin');
    const { origin } = request.headers;
    if (origin === undefined || isPreflight(request) || isLocalTool(request)) return next();
    allowOrigin(origin, request, reply).then(() => next(), next);
  });

  /** @returns whether nothing is left to be done */
  async function answerPreflight(
    origin: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<boolean> {
    const methods = methodsOf(request.url);
    if (methods.length === 0) return false;
    if (!isOperators(deps, origin) && !(await isAnyTenants(origin, request, reply))) return false;
    allow(reply, origin)
      .header('access-control-allow-methods', methods.join(', '))
      .header('access-control-allow-headers', REQUEST_HEADERS)
      .header('access-control-max-age', String(PREFLIGHT_SECONDS));
    void reply.code(204).header('vary', 'Origin').send();
    return true;
  }

  async function allowOrigin(origin: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!isOperators(deps, origin) && !(await isTenants(origin, request, reply))) return;
    allow(reply, origin).header('access-control-expose-headers', RESPONSE_HEADERS);
  }

  async function isAnyTenants(
    origin: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<boolean> {
    if (!deps.isOpen()) return false;
    await deps.countPublic(request, reply);
    return deps.tenants.isOriginAllowed(origin);
  }

  async function isTenants(origin: string, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const noted = notedTenantOf(request);
    // What asks no database to be answered asks none for its headers either.
    const isRefused = reply.statusCode === 429 || reply.statusCode >= 500;
    const isFree = request.is404 || request.routeOptions.config.isAlwaysOn || isRefused;
    const tenant = noted ?? (isFree ? null : await tenantOf(request, deps));
    return tenant?.settings.cors_origins?.includes(origin) ?? false;
  }
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function allow(reply: FastifyReply, origin: string): FastifyReply {
  return reply
    .header('access-control-allow-origin', origin)
    .header('access-control-allow-credentials', 'true');
}

/** The development mailbox shows all tenants' mails: no other origin's page may read it. */
function isLocalTool({ url }: FastifyRequest): boolean {
  return url.startsWith('/dev/');
}

/** The tenant of a request, also of one that was refused before anybody had to know it. */
async function tenantOf(request: FastifyRequest, deps: CorsDeps): Promise<Tenant | null> {
  const noted = notedTenantOf(request);
  if (noted) return noted;
  try {
    if (!takesBearer(request)) return await publicTenantOf(request, deps.resolveTenant);
    return await deps.tenants.findById(deps.authenticate.subject(accessTokenOf(request)).tenantId);
  } catch {
    return null;
  }
}
