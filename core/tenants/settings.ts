import {
  type AlertMode,
  type MfaMode,
  type PasswordPolicy,
  PLATFORM_SLUG,
  type SignInMethods,
  type SignupMode,
  type Tenant,
  type TenantSettings,
} from './model.ts';

/** The environment's values, which hold wherever a tenant has set nothing. */
export type TenantDefaults = Readonly<{
  emailVerificationRequired: boolean;
  sessionMaxDevices: number;
  sessionInactivityDays: number;
  /** Wrong passwords within `lockoutSeconds` that lock an identifier for as long. */
  maxLoginAttempts: number;
  lockoutSeconds: number;
}>;

/** What is in force for one tenant, with every gap filled. */
export type EffectiveSettings = Readonly<{
  signup: SignupMode;
  /** What this release has rooms for, whatever the tenant has set. */
  methods: SignInMethods;
  mfa: MfaMode;
  emailVerificationRequired: boolean;
  passwordPolicy: PasswordPolicy;
  sessionMaxDevices: number;
  sessionInactivityDays: number;
  /** `maxAttempts` wrong passwords within `durationSeconds` lock an identifier for as long. */
  lockout: Readonly<{ maxAttempts: number; durationSeconds: number }>;
  corsOrigins: readonly string[];
  branding: Readonly<{ name: string; color: string | null; logo_url: string | null }>;
  defaultLocale: string;
  /** What follows on a sign-in from a new device, and on what looks wrong. */
  alerts: Readonly<{ newDevice: AlertMode; suspicious: AlertMode }>;
  /** The `aud` of this tenant's access tokens. */
  audience: string;
}>;

/** The shortest password that a tenant may allow. */
export const PASSWORD_LENGTH_MIN = 8;
/** The longest password there is, whatever a tenant sets: what is hashed must have an end. */
export const PASSWORD_LENGTH_MAX = 256;

export const DEFAULT_PASSWORD_POLICY: PasswordPolicy = {
  min_length: PASSWORD_LENGTH_MIN,
  max_length: PASSWORD_LENGTH_MAX,
  upper: true,
  lower: true,
  digit: true,
};

/** Fills what a tenant has not set from the environment. The platform's tenant is always closed. */
export function effectiveSettings(tenant: Tenant, defaults: TenantDefaults): EffectiveSettings {
  const { settings } = tenant;
  return {
    signup: tenant.slug === PLATFORM_SLUG ? 'closed' : (settings.signup ?? 'open'),
    methods: { password: true, magic_link: false, passkey: false },
    mfa: 'off',
    emailVerificationRequired: settings.email_verification_required ?? defaults.emailVerificationRequired,
    passwordPolicy: { ...DEFAULT_PASSWORD_POLICY, ...settings.password_policy },
    sessionMaxDevices: settings.session_max_devices ?? defaults.sessionMaxDevices,
    sessionInactivityDays: settings.session_inactivity_days ?? defaults.sessionInactivityDays,
    lockout: lockoutOf(settings, defaults),
    corsOrigins: settings.cors_origins ?? [],
    branding: {
      name: settings.branding?.name ?? tenant.name,
      color: settings.branding?.color ?? null,
      logo_url: settings.branding?.logo_url ?? null,
    },
    defaultLocale: settings.default_locale ?? 'en',
    alerts: {
      newDevice: settings.alerts?.new_device ?? 'mail',
      suspicious: settings.alerts?.suspicious ?? 'mail',
    },
    audience: audienceOf(tenant),
  };
}

/** The `aud` of a tenant's access tokens: its own id, unless it has set another. */
export function audienceOf({ id, settings }: Pick<Tenant, 'id' | 'settings'>): string {
  return settings.audience ?? id;
}

function lockoutOf({ lockout }: TenantSettings, defaults: TenantDefaults): EffectiveSettings['lockout'] {
  const minutes = lockout?.duration_minutes;
  return {
    maxAttempts: lockout?.max_attempts ?? defaults.maxLoginAttempts,
    durationSeconds: minutes === undefined ? defaults.lockoutSeconds : minutes * 60,
  };
}
