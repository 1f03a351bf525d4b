import type { FastifyRequest } from 'fastify';
import type { TenantId } from '../../../core/kernel/ids.ts';
import type { Tenant, TenantDirectory } from '../../../core/tenants/index.ts';
import { EdgeError } from '../problems/catalogue.ts';
import { noteTenant } from './request-facts.ts';

/** Which origins and hosts are this service's own. */
export type OwnOrigins = Readonly<{ origins: ReadonlySet<string>; hosts: ReadonlySet<string> }>;

/** Whose pages may act with our cookies and read our answers, besides those of a tenant's own list. */
export type OperatorOrigins = Readonly<{ ownOrigins: OwnOrigins; corsOrigins: readonly string[] }>;

export type OriginDeps = OperatorOrigins & Readonly<{ tenants: Pick<TenantDirectory, 'findById'> }>;

/** @param isDevelopment then the loopback names are ours as well */
export function ownOrigins(publicUrl: string, port: number, isDevelopment: boolean): OwnOrigins {
  const loopback = isDevelopment
    ? ['localhost', '127.0.0.1', '[::1]'].map((host) => `http://${host}:${port}`)
    : [];
  const origins = new Set([new URL(publicUrl).origin, ...loopback]);
  return { origins, hosts: new Set([...origins].map((origin) => new URL(origin).host)) };
}

/** Whether an origin is ours or one of the operator's, and so allowed in every tenant. */
export function isOperators({ ownOrigins, corsOrigins }: OperatorOrigins, origin: string): boolean {
  return ownOrigins.origins.has(origin) || corsOrigins.includes(origin);
}

/**
 * The tenant whose list decides about the origin of a request; `null` where no list is asked, or there is no such tenant.
 *
 * @param tenantId that the credential of the request names; `null` where that is none of ours
 */
export async function listingTenantOf(
  request: FastifyRequest,
  deps: OriginDeps,
  tenantId: TenantId | null,
): Promise<Tenant | null> {
  const { origin } = request.headers;
  if (tenantId === null || origin === undefined || isOperators(deps, origin)) return null;
  const tenant = await deps.tenants.findById(tenantId);
  return tenant && noteTenant(request, tenant);
}

/**
 * Refuses a request that acts by cookie and comes from a site that may not make it.
 *
 * A browser names its origin on every such request; a script names neither
 * origin nor `Sec-Fetch-Site` and is let through, for it carries no stranger's cookies.
 *
 * @param listing as {@link listingTenantOf} answers it
 * @throws {EdgeError} `csrf_failed`
 */
export function refuseForeignOrigin(
  { headers }: FastifyRequest,
  operator: OperatorOrigins,
  listing: Tenant | null,
): void {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isFine =
    origin === undefined
      ? site === undefined || site === 'same-origin' || site === 'none'
      : isOperators(operator, origin) || (listing?.settings.cors_origins?.includes(origin) ?? false);
  if (!isFine) throw new EdgeError('csrf_failed', 'This site may not act with the cookie of this service');
}
