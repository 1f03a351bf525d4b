import type { FastifyRequest } from 'fastify';

/**
 * Who may call a route (api.md, "Who may call").
 *
 * `public`: anyone. `session`: the Bearer of a live session. `own`: a session,
 * acting on its own things. `fresh_session`: as `session`, and a fresh sign-in
 * (the contract's `session!`). `ended_session`: as `session`, but one that has
 * expired or ended will do.
 */
export type Access = 'public' | 'session' | 'fresh_session' | 'own' | 'ended_session';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route says it; one that does not is refused at start. */
    access?: Access;
    /** Answers whether or not the service is ready: probes and what is served from memory. */
    isAlwaysOn?: boolean;
  }
}

/** Whether the route of a request takes an access token. */
export function takesBearer(request: FastifyRequest): boolean {
  const { access } = request.routeOptions.config;
  return access !== undefined && access !== 'public';
}
