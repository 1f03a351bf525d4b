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

/**
 * Reads a link's token and finds its tenant. Spends nothing, and says nothing of whether the link still works.
 *
 * @throws {LinkInvalid} it cannot be ours; or the request names another tenant and it is not ours
 * @throws {TenantMismatch} a genuine link, and the request names another tenant
 * @throws {TenantSuspended}
 */
export type FindLink = (token: string, named: NamedTenant) => Promise<FoundLink>;

export type FindLinkDeps = Readonly<{
  unitOfWork: UnitOfWork<Readonly<{ oneTimeTokens: OneTimeTokenRepository }>>;
  tenants: TenantDirectory;
  crypto: CryptoPrimitives;
}>;

export function createFindLink({ unitOfWork, tenants, crypto }: FindLinkDeps): FindLink {
  return async (token, named) => {
    const link = readOneTimeText(crypto, token);
    const tenant = link && (await tenants.findById(link.tenantId));
    if (!link || !tenant) throw new LinkInvalid();
    if (!isNamed(tenant, named)) {
      const known = await unitOfWork.run(tenant.id, (repos) =>
        repos.oneTimeTokens.find(link.kind, link.hash),
      );
      throw known ? new TenantMismatch() : new LinkInvalid();
    }
    if (tenant.status === 'suspended') throw new TenantSuspended();
    return { link, tenant };
  };
}
