import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../../core/kernel/ids.ts';
import {
  DEFAULT_PASSWORD_POLICY,
  effectiveSettings,
  parseTenantSlug,
  type Tenant,
  type TenantSettings,
} from '../../../core/tenants/index.ts';
import { tenantSlug } from '../../support/parsed.ts';

const DEFAULTS = {
  emailVerificationRequired: true,
  sessionMaxDevices: 10,
  sessionInactivityDays: 30,
  maxLoginAttempts: 5,
  lockoutSeconds: 1_800,
};

function tenantWith(settings: TenantSettings, slug = 'acme'): Tenant {
  return {
    id: '01900000-0000-7000-8000-000000000001' as TenantId,
    slug: tenantSlug(slug),
    name: 'Acme',
    status: 'active',
    settings,
    createdAt: new Date(0),
  };
}

describe('effectiveSettings', () => {
  it('fills what a tenant has not set', () => {
    const tenant = tenantWith({});

    expect(effectiveSettings(tenant, DEFAULTS)).toEqual({
      signup: 'open',
      methods: { password: true, magic_link: false, passkey: false },
      mfa: 'off',
      emailVerificationRequired: true,
      sessionMaxDevices: 10,
      sessionInactivityDays: 30,
      lockout: { maxAttempts: 5, durationSeconds: 1_800 },
      passwordPolicy: DEFAULT_PASSWORD_POLICY,
      corsOrigins: [],
      branding: { name: 'Acme', color: null, logo_url: null },
      defaultLocale: 'en',
      alerts: { newDevice: 'mail', suspicious: 'mail' },
      audience: tenant.id,
    });
  });

  it('fills of the alerts each by itself', () => {
    const alertsOf = (alerts: TenantSettings['alerts'] & object) =>
      effectiveSettings(tenantWith({ alerts }), DEFAULTS).alerts;

    expect(alertsOf({ new_device: 'off' })).toEqual({ newDevice: 'off', suspicious: 'mail' });
    expect(alertsOf({ suspicious: 'step_up' })).toEqual({ newDevice: 'mail', suspicious: 'step_up' });
  });

  it('lets what a tenant has set win, falsy values too', () => {
    const tenant = tenantWith({
      signup: 'invite',
      email_verification_required: false,
      session_max_devices: 1,
      session_inactivity_days: 7,
      lockout: { max_attempts: 3, duration_minutes: 5 },
      audience: 'https://api.example.com',
      cors_origins: ['https://app.example.com'],
      branding: { name: 'ACME', color: '#ff0000', logo_url: 'https://example.com/logo.png' },
      default_locale: 'de',
    });

    expect(effectiveSettings(tenant, DEFAULTS)).toMatchObject({
      signup: 'invite',
      emailVerificationRequired: false,
      sessionMaxDevices: 1,
      sessionInactivityDays: 7,
      lockout: { maxAttempts: 3, durationSeconds: 300 },
      audience: 'https://api.example.com',
      corsOrigins: ['https://app.example.com'],
      branding: { name: 'ACME', color: '#ff0000', logo_url: 'https://example.com/logo.png' },
      defaultLocale: 'de',
    });
  });

  it('fills each rule of a password policy by itself', () => {
    const tenant = tenantWith({ password_policy: { min_length: 12, upper: false } });

    expect(effectiveSettings(tenant, DEFAULTS).passwordPolicy).toEqual({
      ...DEFAULT_PASSWORD_POLICY,
      min_length: 12,
      upper: false,
    });
  });

  it('fills each half of the lock by itself', () => {
    const lockoutOf = (lockout: NonNullable<TenantSettings['lockout']>) =>
      effectiveSettings(tenantWith({ lockout }), DEFAULTS).lockout;

    expect(lockoutOf({ max_attempts: 3 })).toEqual({ maxAttempts: 3, durationSeconds: 1_800 });
    expect(lockoutOf({ duration_minutes: 5 })).toEqual({ maxAttempts: 5, durationSeconds: 300 });
  });

  it('fills each part of the branding by itself', () => {
    const brandingOf = (branding: NonNullable<TenantSettings['branding']>) =>
      effectiveSettings(tenantWith({ branding }), DEFAULTS).branding;

    expect(brandingOf({ color: '#123456' })).toEqual({ name: 'Acme', color: '#123456', logo_url: null });
    expect(brandingOf({ name: 'ACME' })).toEqual({ name: 'ACME', color: null, logo_url: null });
  });

  it('tells what is in force of rooms that are not built, not what is stored', () => {
    const tenant = tenantWith({
      mfa: 'required',
      methods: { password: false, magic_link: true, passkey: true },
    });

    expect(effectiveSettings(tenant, DEFAULTS)).toMatchObject({
      mfa: 'off',
      methods: { password: true, magic_link: false, passkey: false },
    });
  });

  // Rule 19: no one signs up into the platform, whatever its row says.
  it('keeps the platform closed', () => {
    expect(effectiveSettings(tenantWith({ signup: 'open' }, 'platform'), DEFAULTS).signup).toBe('closed');
  });
});

describe('parseTenantSlug', () => {
  it.each(['ab', 'acme', 'a-1', '1a', 'a'.repeat(63)])('takes %j', (text) => {
    expect(parseTenantSlug(text)).toBe(text);
  });

  it.each([
    '',
    'a',
    '-acme',
    'acme-',
    'Acme',
    'ac me',
    'acme\n',
    'ac_me',
    'acmé',
    'a'.repeat(64),
    '01900000-0000-7000-8000-000000000001',
  ])('refuses %j', (text) => {
    expect(parseTenantSlug(text)).toBeNull();
  });
});
