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

/**
 * The settings that a tenant may set, as they are stored. Absent: the environment's value holds.
 * A group holds only the fields that were set, and is absent when none was.
 */
export type TenantSettings = Readonly<
  Partial<{
    signup: SignupMode;
    mfa: MfaMode;
    methods: Readonly<Partial<SignInMethods>>;
    password_policy: Readonly<Partial<PasswordPolicy>>;
    email_verification_required: boolean;
    session_max_devices: number;
    session_inactivity_days: number;
    lockout: Readonly<Partial<LockoutSetting>>;
    /** The `aud` of the tenant's access tokens. */
    audience: string;
    /** Whose pages may call the API, besides those that the operator allows. */
    cors_origins: readonly string[];
    /** Where a browser may be sent back to after a sign-in. */
    return_origins: readonly string[];
    branding: Readonly<Partial<BrandingSetting>>;
    /** A BCP 47 tag in its canonical spelling. */
    default_locale: string;
    alerts: Readonly<Partial<AlertsSetting>>;
  }>
>;

export const SIGNUP_MODES = ['open', 'closed', 'invite'] as const;
/** Who may register; `closed` and `invite` leave it to invitations. */
export type SignupMode = (typeof SIGNUP_MODES)[number];

export const MFA_MODES = ['off', 'optional', 'required', 'admins'] as const;
/** Of whom a second factor is demanded. */
export type MfaMode = (typeof MFA_MODES)[number];

export const ALERT_MODES = ['off', 'mail', 'step_up'] as const;
/** What follows on a signal: nothing, a mail to the user, or besides that a demand to prove again who they are. */
export type AlertMode = (typeof ALERT_MODES)[number];

/** Which ways of signing in are on. */
export type SignInMethods = Readonly<{ password: boolean; magic_link: boolean; passkey: boolean }>;

type LockoutSetting = { max_attempts: number; duration_minutes: number };
type BrandingSetting = { name: string; color: string; logo_url: string };
type AlertsSetting = { new_device: AlertMode; suspicious: AlertMode };

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
