import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticate, LiveSession, SessionOwner } from '../../../core/sessions/index.ts';
import { contextOf } from '../conventions/request-context.ts';
import { bearerOf } from './bearer.ts';
import { namedTenantOf } from './named-tenant.ts';
import { noteTenant, noteUser } from './request-facts.ts';

export type GuardDeps = Readonly<{ authenticate: Authenticate }>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Ask {@link callerOf}. */
    caller: LiveSession | null;
    /** Ask {@link sessionOwnerOf}. */
    sessionOwner: SessionOwner | null;
  }
}

/** The live session that a request to a `session` or `own` route came with. */
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
export function registerGuard(server: FastifyInstance, { authenticate }: GuardDeps): void {
  server.decorateRequest('caller', null);
  server.decorateRequest('sessionOwner', null);
  server.addHook('onRoute', ({ url, config }) => {
    if (!config?.access) throw new Error(`The route ${url} does not say who may call it`);
  });

  server.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'public') return;
    const token = bearerOf(request);
    const route = `${request.method} ${request.routeOptions.url ?? ''}`;
    const use = { named: namedTenantOf(request), route, context: contextOf(request) };
    if (access === 'ended_session') {
      const { tenant, ...owner } = await authenticate.endedSession(token, use);
      request.sessionOwner = owner;
      noteTenant(request, tenant);
      noteUser(request, owner.userId);
      return;
    }
    const caller = await authenticate.session(token, use);
    request.caller = caller;
    noteTenant(request, caller.tenant);
    noteUser(request, caller.user.id);
  });
}
