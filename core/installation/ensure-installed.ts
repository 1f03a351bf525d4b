import { type AuditLog, SYSTEM } from '../audit/index.ts';
import type { TenantId } from '../kernel/ids.ts';
import { type CryptoPrimitives, SecretUnreadable, type UnitOfWork } from '../kernel/ports.ts';
import {
  DEFAULT_SLUG,
  PLATFORM_SLUG,
  type TenantDirectory,
  type TenantRepository,
  type TenantSlug,
  tenantCreated,
} from '../tenants/index.ts';
import {
  type AccessTokens,
  ensureSigningKey,
  type JwtAlgorithm,
  type SigningKeyFactory,
  type SigningKeyRepository,
} from '../tokens/index.ts';

export type InstallationRepositories = Readonly<{
  tenants: TenantRepository;
  signingKeys: SigningKeyRepository;
  audit: AuditLog;
}>;

export type InstallationDeps = Readonly<{
  unitOfWork: UnitOfWork<InstallationRepositories>;
  tenants: TenantDirectory;
  crypto: CryptoPrimitives;
  signingKeyFactory: SigningKeyFactory;
  signingAlgorithm: JwtAlgorithm;
  accessTokens: AccessTokens;
}>;

/**
 * Makes what a new installation lacks, the tenants `platform` and `default`
 * and the first signing key, and hands the keys to {@link AccessTokens}.
 *
 * Any number of processes may start at once: one makes, the others find.
 *
 * @throws {SecretUnreadable} the keys there are cannot be opened; nothing was made
 */
export type EnsureInstalled = () => Promise<void>;

export function createEnsureInstalled(deps: InstallationDeps): EnsureInstalled {
  return async () => {
    const isDone = await install(deps);
    // Another process made `platform` while we waited for the lock: now it is found.
    if (!isDone) await install(deps);
  };
}

async function install(deps: InstallationDeps): Promise<boolean> {
  const { unitOfWork, tenants, crypto } = deps;
  const platform = await tenants.findBySlug(PLATFORM_SLUG);
  const platformId = platform?.id ?? (crypto.newId() as TenantId);
  return unitOfWork.run(platformId, async (repos) => {
    await repos.tenants.lockInstallation();
    if (!platform && !(await makeTenant(repos, platformId, PLATFORM_SLUG, 'Platform'))) return false;
    const keys = await ensureSigningKey(repos, deps.signingKeyFactory, deps.signingAlgorithm);
    if (!deps.accessTokens.use(keys)) throw new SecretUnreadable();
    await makeTenant(repos, crypto.newId() as TenantId, DEFAULT_SLUG, 'Default');
    return true;
  });
}

async function makeTenant(
  repos: InstallationRepositories,
  id: TenantId,
  slug: TenantSlug,
  name: string,
): Promise<boolean> {
  const made = await repos.tenants.insert({ id, slug, name });
  if (made) await repos.audit.record(tenantCreated(made, SYSTEM));
  return made !== null;
}
