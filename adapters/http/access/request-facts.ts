import type { FastifyRequest } from 'fastify';
import type { UserId } from '../../../core/kernel/ids.ts';
import type { ResolveTenant, Tenant } from '../../../core/tenants/index.ts';
import { namedTenantOf } from './named-tenant.ts';

const tenants = new WeakMap<FastifyRequest, Tenant>();
const users = new WeakMap<FastifyRequest, UserId>();

/** Notes in which tenant a request acts, for the log and for CORS. */
export function noteTenant(request: FastifyRequest, tenant: Tenant): Tenant {
  tenants.set(request, tenant);
  return tenant;
}

/** The tenant that was noted, if one was. */
export function notedTenantOf(request: FastifyRequest): Tenant | undefined {
  return tenants.get(request);
}

/** Notes whose request it is, or has become by signing in. For the log. */
export function noteUser(request: FastifyRequest, userId: UserId): void {
  users.set(request, userId);
}

export function notedUserOf(request: FastifyRequest): UserId | undefined {
  return users.get(request);
}

/**
 * The tenant of a request that carries no credential.
 *
 * @throws {TenantNotFound} @throws {TenantSuspended}
 */
export async function publicTenantOf(request: FastifyRequest, resolveTenant: ResolveTenant): Promise<Tenant> {
  return noteTenant(request, await resolveTenant.byName(namedTenantOf(request)));
}
