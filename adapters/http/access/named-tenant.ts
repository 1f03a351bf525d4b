import type { FastifyRequest } from 'fastify';
import type { NamedTenant } from '../../../core/tenants/index.ts';

/** What `X-Tenant` says, or `null` where the header is absent. */
export function namedTenantOf({ headers }: Pick<FastifyRequest, 'headers'>): NamedTenant {
  const named = headers['x-tenant'];
  return named === undefined ? null : String(named).trim();
}
