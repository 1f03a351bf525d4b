import { randomUUID } from 'node:crypto';
import { OPERATOR } from '../../../core/audit/index.ts';
import { NO_REQUEST } from '../../../core/kernel/request-context.ts';
import { parseSettingsPatch, type Tenant } from '../../../core/tenants/index.ts';
import type { HttpService } from '../support/http-service.ts';

/** Changes a tenant's settings through the door that `cli tenant set` uses, with the JSON that it takes. */
export async function setSettings(
  { app }: HttpService,
  { id }: Pick<Tenant, 'id'>,
  json: unknown,
): Promise<void> {
  const by = { actor: OPERATOR, context: NO_REQUEST };
  await app.services.setTenantSettings(id, parseSettingsPatch(json), by);
}

export type SettledTenant = Tenant & Readonly<{ headers: { 'x-tenant': string } }>;

/** A tenant of one test's own, and the header that names it. Without settings the environment's values hold. */
export async function tenantWith(service: HttpService, json: unknown = {}): Promise<SettledTenant> {
  const slug = `t${randomUUID()}`;
  const tenant = await service.app.services.createTenant(slug, 'The Shop');
  await setSettings(service, tenant, json);
  return { ...tenant, headers: { 'x-tenant': slug } };
}
