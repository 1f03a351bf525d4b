import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TenantId } from '../../../core/kernel/ids.ts';
import {
  type Authenticate,
  type LiveSession,
  requireFresh,
  type SessionOwner,
  TokenInvalid,
} from '../../../core/sessions/index.ts';
import type { TenantDefaults } from '../../../core/tenants/index.ts';
import { contextOf } from '../conventions/request-context.ts';
import { accessTokenOf, actsByAccessCookie } from './bearer.ts';
import { namedTenantOf } from './named-tenant.ts';
import { listingTenantOf, type OriginDeps, refuseForeignOrigin } from './origins.ts';
import { noteTenant, noteUser } from './request-facts.ts';

export type GuardDeps = OriginDeps &
  Readonly<{
    authenticate: Authenticate;
    tenantDefaults: TenantDefaults;
    /** Whether access tokens are set and looked for in a cookie as well. */
    hasAccessCookie: boolean;
  }>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Ask {@link callerOf}. */
    caller: LiveSession | null;
    /** Ask {@link sessionOwnerOf}. */
    sessionOwner: SessionOwner | null;
  }
}

/** The live session that a request to a `session`, `fresh_session` or `own` route came with. */
export function callerOf(request: FastifyRequest): LiveSession {
  const { caller } = request;
  if (!caller) throw new Error(`${request.routeOptions.url} reads the caller of a route that asks for none`);
  return caller;
}

/** Whose session the token of an `ended_session` route names. */
export function sessionOwnerOf(request: FastifyRequest): SessionOwner {
  const { sessionOwner } = request;
  if (!sessionOwner)
    throw new Error(`${request.routeOptions.url} reads the token of a route that asks for none`);
  return sessionOwner;
}

/** Checks, after routing and before any body is read, that the caller is whom the route wants. */
export function registerGuard(server: FastifyInstance, deps: GuardDeps): void {
  const { authenticate } = deps;
  server.decorate('hasAccessCookie', deps.hasAccessCookie);
  server.decorateRequest('caller', null);
  server.decorateRequest('sessionOwner', null);
  server.addHook('onRoute', ({ url, config }) => {
    if (!config?.access) throw new Error(`The route ${url} does not say who may call it`);
  });

  server.addHook('onRequest', (request, _reply, next) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'public') return next();
    const token = accessTokenOf(request);
    const known = isOrdinaryRead(request) ? authenticate.known(token, namedTenantOf(request)) : null;
    if (known) {
      noteCaller(request, known);
      return next();
    }
    admit(deps, request, token).then(() => next(), next);
  });
}

/** Reads of one's own go by what is remembered of the session; everything else asks for it each time (rule 16). */
function isOrdinaryRead(request: FastifyRequest): boolean {
  return !isUnsafe(request) && request.routeOptions.config.access === 'own';
}

/** Whether a request may change something (RFC 9110, section 9.2.1). */
function isUnsafe({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** Before anything is asked or changed for a token that the browser sent unasked (rule 26). */
async function refuseForeignPage(deps: GuardDeps, request: FastifyRequest, token: string): Promise<void> {
  refuseForeignOrigin(request, deps, await listingTenantOf(request, deps, tenantIn(deps, token)));
}

/** The tenant that a genuine token names; `null` where it is none of ours, which is told only to our own pages. */
function tenantIn({ authenticate }: GuardDeps, token: string): TenantId | null {
  try {
    return authenticate.subject(token).tenantId;
  } catch (error) {
    if (error instanceof TokenInvalid) return null;
    throw error;
  }
}

async function admit(deps: GuardDeps, request: FastifyRequest, token: string): Promise<void> {
  const { authenticate } = deps;
  if (isUnsafe(request) && actsByAccessCookie(request)) await refuseForeignPage(deps, request, token);
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  const use = { named: namedTenantOf(request), route, context: contextOf(request) };
  const { access } = request.routeOptions.config;
  if (access !== 'ended_session') {
    const caller = await authenticate.session(token, use);
    if (access === 'fresh_session') requireFresh(caller, deps.tenantDefaults);
    return noteCaller(request, caller);
  }
  const { tenant, ...owner } = await authenticate.endedSession(token, use);
  request.sessionOwner = owner;
  noteTenant(request, tenant);
  noteUser(request, owner.userId);
}

function noteCaller(request: FastifyRequest, caller: LiveSession): void {
  request.caller = caller;
  noteTenant(request, caller.tenant);
  noteUser(request, caller.user.id);
}
