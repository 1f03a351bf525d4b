import { type AuditActor, type AuditLog, type NewAuditEvent, OPERATOR } from '../audit/index.ts';
import { ValidationFailed } from '../kernel/errors.ts';
import type { TenantId } from '../kernel/ids.ts';
import type { CryptoPrimitives, UnitOfWork } from '../kernel/ports.ts';
import { NO_REQUEST } from '../kernel/request-context.ts';
import { TenantNotFound, TenantSlugTaken } from './errors.ts';
import { PLATFORM_SLUG, parseTenantSlug, type Tenant } from './model.ts';
import type { TenantDirectory, TenantRepository } from './ports.ts';

/** It stands in the subjects of mails, so nothing in it may end a line. */
const NAME = /^\P{Cc}{1,200}$/u;

export type TenantRepositories = Readonly<{ tenants: TenantRepository; audit: AuditLog }>;

/**
 * Makes a tenant on the operator's word. Told in the audit chain of `platform`.
 *
 * @throws {ValidationFailed} the slug or the name is not one
 * @throws {TenantSlugTaken}
 */
export type CreateTenant = (slug: string, name: string) => Promise<Tenant>;

export type CreateTenantDeps = Readonly<{
  unitOfWork: UnitOfWork<TenantRepositories>;
  tenants: TenantDirectory;
  crypto: CryptoPrimitives;
}>;

export function createCreateTenant({ unitOfWork, tenants, crypto }: CreateTenantDeps): CreateTenant {
  return async (slugText, name) => {
    const slug = parseTenantSlug(slugText);
    if (!slug)
      throw invalid(
        '/slug',
        'A slug is 2–63 of a–z (lower case), 0–9 and "-", with a letter or digit at both ends',
      );
    if (!NAME.test(name.trim())) throw invalid('/name', 'A name is 1–200 characters, no control characters');
    const platform = await tenants.findBySlug(PLATFORM_SLUG);
    if (!platform) throw new TenantNotFound();

    const id = crypto.newId() as TenantId;
    const tenant = await unitOfWork.run(platform.id, async (repos) => {
      const made = await repos.tenants.insert({ id, slug, name: name.trim() });
      if (made) await repos.audit.record(tenantCreated(made, OPERATOR));
      return made;
    });
    if (!tenant) throw new TenantSlugTaken();
    return tenant;
  };
}

/** The event that tells of a new tenant. */
export function tenantCreated(tenant: Tenant, actor: AuditActor): NewAuditEvent {
  return {
    type: 'tenant.created',
    outcome: 'success',
    actor,
    target: { type: 'tenant', id: tenant.id },
    context: NO_REQUEST,
    data: { slug: tenant.slug, name: tenant.name },
  };
}

function invalid(pointer: string, detail: string): ValidationFailed {
  return new ValidationFailed([{ pointer, code: 'invalid', detail }]);
}
