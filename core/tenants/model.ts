import type { Brand } from '../kernel/brand.ts';
import type { TenantId } from '../kernel/ids.ts';
import { isUuid } from '../kernel/uuid.ts';

/** A tenant's short name in addresses and headers: 2–63 of `[a-z0-9-]`, a letter or digit at both ends. */
export type TenantSlug = Brand<string, 'TenantSlug'>;

/** An isolated pool of users, roles, keys and settings. */
export type Tenant = Readonly<{
  id: TenantId;
  slug: TenantSlug;
  name: string;
  status: 'active' | 'suspended';
  /** What this tenant has set itself; everything else comes from the environment. */
  settings: TenantSettings;
  createdAt: Date;
}>;

/** The settings that a tenant may set. Absent: the environment's value holds. */
export type TenantSettings = Readonly<
  Partial<{
    signup: SignupMode;
    email_verification_required: boolean;
    password_policy: Partial<PasswordPolicy>;
    session_max_devices: number;
    session_inactivity_days: number;
    cors_origins: readonly string[];
    branding: Readonly<{ name?: string; color?: string; logo_url?: string }>;
    default_locale: string;
  }>
>;

export type SignupMode = 'open' | 'closed' | 'invite';

/** What a password must be. Lengths are in Unicode code points after NFC. */
export type PasswordPolicy = Readonly<{
  min_length: number;
  max_length: number;
  upper: boolean;
  lower: boolean;
  digit: boolean;
}>;

/** The tenant of the platform's own administrators. Nobody signs up into it. */
export const PLATFORM_SLUG = 'platform' as TenantSlug;

/** The tenant that is there from the first start, and whose first owner the development banner makes. */
export const DEFAULT_SLUG = 'default' as TenantSlug;

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** The slug in `text`, or `null` when it is none. */
export function parseTenantSlug(text: string): TenantSlug | null {
  return SLUG.test(text) && !isUuid(text) ? (text as TenantSlug) : null;
}
