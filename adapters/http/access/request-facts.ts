import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { UserId } from '../../../core/kernel/ids.ts';
import type { ResolveTenant, Tenant } from '../../../core/tenants/index.ts';
import { namedTenantOf } from './named-tenant.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Ask {@link notedTenantOf}. */
    notedTenant: Tenant | null;
    /** Ask {@link notedUserOf}. */
    notedUserId: UserId | null;
  }
}

/** Gives each request a place for what is noted of it: on the request, for that costs least. */
export function registerRequestFacts(server: FastifyInstance): void {
  server.decorateRequest('notedTenant', null);
  server.decorateRequest('notedUserId', null);
}

/** Notes in which tenant a request acts, for the log and for CORS. */
export function noteTenant(request: FastifyRequest, tenant: Tenant): Tenant {
  request.notedTenant = tenant;
  return tenant;
}

/** The tenant that was noted, if one was. */
export function notedTenantOf(request: FastifyRequest): Tenant | null {
  return request.notedTenant;
}

/** Notes whose request it is, or has become by signing in. For the log. */
export function noteUser(request: FastifyRequest, userId: UserId): void {
  request.notedUserId = userId;
}

/** The user that was noted, if one was. */
export function notedUserOf(request: FastifyRequest): UserId | null {
  return request.notedUserId;
}

/**
 * The tenant of a request that carries no credential.
 *
 * @throws {TenantNotFound} @throws {TenantSuspended}
 */
export async function publicTenantOf(request: FastifyRequest, resolveTenant: ResolveTenant): Promise<Tenant> {
  return noteTenant(request, await resolveTenant.byName(namedTenantOf(request)));
}
