import { describe, expect, it } from 'vitest';
import { ALL_SETTINGS, changeOf } from '../../../app/docs/setting-table.ts';
import type { TenantId } from '../../../core/kernel/ids.ts';
import { DEFAULT_SLUG, effectiveSettings, parseSettingsPatch } from '../../../core/tenants/index.ts';

const isTaken = (pointer: string, value: unknown): boolean => {
  try {
    parseSettingsPatch(changeOf(pointer, value));
    return true;
  } catch {
    return false;
  }
};

describe.each(ALL_SETTINGS)('the setting %s', (pointer, { values, sample }) => {
  it('takes what its row says, and nothing next to it', () => {
    expect(isTaken(pointer, sample)).toBe(true);
    if (values.kind === 'flag')
      expect([true, 'true', 1].map((value) => isTaken(pointer, value))).toEqual([true, false, false]);
    if (values.kind === 'choice') {
      expect(values.options.map((value) => isTaken(pointer, value))).not.toContain(false);
      expect(isTaken(pointer, 'nonsense')).toBe(false);
    }
    if (values.kind === 'integer') {
      const around = [values.min - 1, values.min, values.max, values.max + 1, values.min + 0.5];
      expect(around.map((value) => isTaken(pointer, value))).toEqual([false, true, true, false, false]);
    }
    if (values.kind === 'text')
      expect([1, '', '\0'].map((value) => isTaken(pointer, value))).not.toContain(true);
    if (values.kind === 'origins') {
      const refused = [['*'], ['https://app.example.com/'], 'https://app.example.com'];
      expect(refused.map((value) => isTaken(pointer, value))).not.toContain(true);
    }
  });
});

it('say which of them nobody may set otherwise', () => {
  expect(isTaken('/methods/password', false)).toBe(false);
});

it('have the limits of lists and texts that their rows name', () => {
  const origins = (count: number) => Array.from({ length: count }, (_, index) => `https://a${index}.example`);
  const url = (length: number) => `https://example.com/${'a'.repeat(length - 'https://example.com/'.length)}`;

  for (const pointer of ['/cors_origins', '/return_origins'])
    expect([100, 101].map((count) => isTaken(pointer, origins(count)))).toEqual([true, false]);
  expect([200, 201].map((length) => isTaken('/branding/name', 'a'.repeat(length)))).toEqual([true, false]);
  expect([2048, 2049].map((length) => isTaken('/branding/logo_url', url(length)))).toEqual([true, false]);
});

it('have without a value what is in force then', () => {
  const id = '01900000-0000-7000-8000-000000000001' as TenantId;
  const tenant = {
    id,
    slug: DEFAULT_SLUG,
    name: 'Acme',
    status: 'active',
    settings: {},
    createdAt: new Date(0),
  } as const;
  const defaults = {
    emailVerificationRequired: true,
    sessionMaxDevices: 11,
    sessionInactivityDays: 22,
    maxLoginAttempts: 33,
    lockoutSeconds: 44 * 60,
  };

  const { methods, passwordPolicy, lockout, branding, alerts, ...effective } = effectiveSettings(
    tenant,
    defaults,
  );

  expect(Object.fromEntries(ALL_SETTINGS.map(([pointer, { without }]) => [pointer, without]))).toEqual({
    '/signup': `\`${effective.signup}\``,
    '/mfa': `\`${effective.mfa}\``,
    '/methods/password': `${methods.password}`,
    '/methods/magic_link': `${methods.magic_link}`,
    '/methods/passkey': `${methods.passkey}`,
    '/password_policy/min_length': `${passwordPolicy.min_length}`,
    '/password_policy/max_length': `${passwordPolicy.max_length}`,
    '/password_policy/upper': `${passwordPolicy.upper}`,
    '/password_policy/lower': `${passwordPolicy.lower}`,
    '/password_policy/digit': `${passwordPolicy.digit}`,
    '/email_verification_required': { variable: 'REQUIRE_EMAIL_VERIFICATION' },
    '/session_max_devices': { variable: 'SESSION_MAX_DEVICES' },
    '/session_inactivity_days': { variable: 'SESSION_INACTIVITY_TIMEOUT_DAYS' },
    '/lockout/max_attempts': { variable: 'MAX_LOGIN_ATTEMPTS' },
    '/lockout/duration_minutes': { variable: 'ACCOUNT_LOCKOUT_DURATION_MINUTES' },
    '/audience': effective.audience === id ? 'the id of the tenant' : effective.audience,
    '/cors_origins': effective.corsOrigins.join() || 'none',
    '/return_origins': 'none',
    '/branding/name': branding.name === tenant.name ? 'the name of the tenant' : branding.name,
    '/branding/color': branding.color ?? 'none',
    '/branding/logo_url': branding.logo_url ?? 'none',
    '/default_locale': `\`${effective.defaultLocale}\``,
    '/alerts/new_device': `\`${alerts.newDevice}\``,
    '/alerts/suspicious': `\`${alerts.suspicious}\``,
  });
  // Those of variables are what the environment says.
  const { emailVerificationRequired, sessionMaxDevices, sessionInactivityDays } = effective;
  expect([emailVerificationRequired, sessionMaxDevices, sessionInactivityDays]).toEqual([true, 11, 22]);
  expect(lockout).toEqual({ maxAttempts: 33, durationSeconds: 44 * 60 });
});
