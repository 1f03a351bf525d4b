/**
 * Tenants: isolated pools of users, and which of them a request is for.
 *
 * Holds three promises. A request acts in exactly one tenant, its credential's
 * where it has one; what a tenant has not set is filled from the environment
 * in one place only; and its settings change all together or not at all, told
 * in its own audit log.
 *
 * @module
 */
export {
  type CreateTenant,
  createCreateTenant,
  type TenantRepositories,
  tenantCreated,
} from './create-tenant.ts';
export {
  AudienceNotAllowed,
  type TenantError,
  TenantMismatch,
  TenantNotFound,
  TenantSlugTaken,
  TenantSuspended,
} from './errors.ts';
export {
  ALERT_MODES,
  type AlertMode,
  DEFAULT_SLUG,
  MFA_MODES,
  type PasswordPolicy,
  PLATFORM_SLUG,
  parseTenantSlug,
  SIGNUP_MODES,
  type SignupMode,
  type Tenant,
  type TenantSettings,
  type TenantSlug,
} from './model.ts';
export type { NewTenant, TenantDirectory, TenantRepository } from './ports.ts';
export { createResolveTenant, isNamed, type NamedTenant, type ResolveTenant } from './resolve-tenant.ts';
export { createSetTenantSettings, type SetTenantSettings, type SettingsChanged } from './set-settings.ts';
export {
  audienceOf,
  DEFAULT_PASSWORD_POLICY,
  type EffectiveSettings,
  effectiveSettings,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  type TenantDefaults,
} from './settings.ts';
export { parseSettingsPatch, type SettingsPatch } from './settings-patch.ts';
export { type SettingWithoutEffect, settingsWithoutEffect } from './settings-without-effect.ts';
