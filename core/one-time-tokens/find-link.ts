import { type OneTimeText, readOneTimeText } from '../kernel/one-time-text.ts';
import type { CryptoPrimitives, UnitOfWork } from '../kernel/ports.ts';
import {
  isNamed,
  type NamedTenant,
  type Tenant,
  type TenantDirectory,
  TenantMismatch,
  TenantSuspended,
} from '../tenants/index.ts';
import { LinkInvalid } from './errors.ts';
import type { OneTimeTokenRepository } from './ports.ts';

export type FoundLink = Readonly<{ link: OneTimeText; tenant: Tenant }>;

/** Told of the tenant of a genuine link, before anything about the two is refused. */
export type OnLinkTenant = (tenant: Tenant) => void;

/**
 * Reads a link's token and finds its tenant. Spends nothing, and says nothing of whether the link still works.
 *
 * @throws {LinkInvalid} it cannot be ours; or the request names another tenant and it is not ours
 * @throws {TenantMismatch} a genuine link, and the request names another tenant
 * @throws {TenantSuspended}
 */
export type FindLink = (token: string, named: NamedTenant, onTenant: OnLinkTenant) => Promise<FoundLink>;

export type FindLinkDeps = Readonly<{
  unitOfWork: UnitOfWork<Readonly<{ oneTimeTokens: OneTimeTokenRepository }>>;
  tenants: TenantDirectory;
  crypto: CryptoPrimitives;
}>;

export function createFindLink({ unitOfWork, tenants, crypto }: FindLinkDeps): FindLink {
  return async (token, named, onTenant) => {
    const link = readOneTimeText(crypto, token);
    const tenant = link && (await tenants.findById(link.tenantId));
    if (!link || !tenant) throw new LinkInvalid();
    if (!isNamed(tenant, named)) {
      const known = await unitOfWork.run(tenant.id, (repos) =>
        repos.oneTimeTokens.find(link.kind, link.hash),
      );
      if (!known) throw new LinkInvalid();
      onTenant(tenant);
      throw new TenantMismatch();
    }
    onTenant(tenant);
    if (tenant.status === 'suspended') throw new TenantSuspended();
    return { link, tenant };
  };
}
