import type { AuditActor, NewAuditEvent } from '../audit/index.ts';
import { ValidationFailed } from '../kernel/errors.ts';
import type { TenantId } from '../kernel/ids.ts';
import type { UnitOfWork } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { TenantRepositories } from './create-tenant.ts';
import { AudienceNotAllowed, TenantNotFound } from './errors.ts';
import { differencesOf, mergeSettings, type SettingDifference } from './merge-settings.ts';
import type { Tenant, TenantSettings } from './model.ts';
import { DEFAULT_PASSWORD_POLICY } from './settings.ts';
import type { SettingsPatch } from './settings-patch.ts';

/** The tenant as it is now, and the names of the settings that differ from before. */
export type SettingsChanged = Readonly<{ tenant: Tenant; changed: readonly string[] }>;

/**
 * Changes what a tenant has set itself. Holds from the next request on.
 *
 * Of concurrent changes each sees what the one before it left. Told in the
 * tenant's own audit log, with the values of before and after; a change that
 * changes nothing is neither written nor told.
 *
 * @throws {TenantNotFound}
 * @throws {ValidationFailed} with what is stored already, the change makes no sense
 * @throws {AudienceNotAllowed}
 */
export type SetTenantSettings = (
  tenantId: TenantId,
  patch: SettingsPatch,
  by: Readonly<{ actor: AuditActor; context: RequestContext }>,
) => Promise<SettingsChanged>;

export type SetTenantSettingsDeps = Readonly<{ unitOfWork: UnitOfWork<TenantRepositories> }>;

export function createSetTenantSettings({ unitOfWork }: SetTenantSettingsDeps): SetTenantSettings {
  return (tenantId, patch, { actor, context }) =>
    unitOfWork.run(tenantId, async ({ tenants, audit }) => {
      const tenant = await tenants.lock();
      if (!tenant) throw new TenantNotFound();
      // No domain can be verified in this release, so there is nothing else that a tenant could show to be its own.
      if (patch.audience && patch.audience !== tenant.id) throw new AudienceNotAllowed();
      const settings = mergeSettings(tenant.settings, patch);
      refuseContradiction(settings, patch);
      const differences = differencesOf(tenant.settings, settings);
      if (differences.length === 0) return { tenant, changed: [] };
      const changed = await tenants.replaceSettings(settings);
      await audit.record({ ...settingsChanged(tenantId, differences), actor, context });
      return { tenant: changed, changed: differences.map(({ name }) => name) };
    });
}

function refuseContradiction({ password_policy: set }: TenantSettings, patch: SettingsPatch): void {
  const { min_length: min, max_length: max } = { ...DEFAULT_PASSWORD_POLICY, ...set };
  if (!patch.password_policy || min <= max) return;
  const field = patch.password_policy.max_length ? 'max_length' : 'min_length';
  const detail = `No password could have at least ${min} and at most ${max} characters`;
  throw new ValidationFailed([{ pointer: `/password_policy/${field}`, code: 'invalid', detail }]);
}

function settingsChanged(
  tenantId: TenantId,
  differences: readonly SettingDifference[],
): Omit<NewAuditEvent, 'actor' | 'context'> {
  return {
    type: 'tenant.settings_changed',
    outcome: 'success',
    target: { type: 'tenant', id: tenantId },
    data: {
      before: Object.fromEntries(differences.map(({ name, before }) => [name, before])),
      after: Object.fromEntries(differences.map(({ name, after }) => [name, after])),
    },
  };
}
