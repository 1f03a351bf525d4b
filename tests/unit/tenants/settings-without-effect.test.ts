import { describe, expect, it } from 'vitest';
import { parseSettingsPatch, settingsWithoutEffect } from '../../../core/tenants/index.ts';
import { tenantSlug } from '../../support/parsed.ts';

function pointersOf(json: unknown, slug = 'acme'): readonly string[] {
  const found = settingsWithoutEffect({ slug: tenantSlug(slug) }, parseSettingsPatch(json));
  for (const { reason } of found) expect(reason).toMatch(/^[a-z][^\n]{10,}$/);
  return found.map(({ pointer }) => pointer);
}

describe('settings that nothing goes by', () => {
  it('are told of field by field', () => {
    const json = {
      mfa: 'required',
      methods: { magic_link: true, passkey: true },
      return_origins: ['https://app.example.com'],
      default_locale: 'de',
      alerts: { new_device: 'step_up', suspicious: 'step_up' },
    };

    expect(pointersOf(json)).toEqual([
      '/mfa',
      '/methods/magic_link',
      '/methods/passkey',
      '/return_origins',
      '/default_locale',
      '/alerts/new_device',
      '/alerts/suspicious',
    ]);
  });

  it('are none where what is set is what holds anyway', () => {
    const json = {
      mfa: 'off',
      methods: { password: true, magic_link: false, passkey: false },
      return_origins: [],
      default_locale: 'en-GB',
    };

    expect(pointersOf(json)).toEqual([]);
  });

  it('are none where something is returned to the environment or left out', () => {
    const json = {
      mfa: null,
      methods: { magic_link: null },
      return_origins: null,
      default_locale: null,
      alerts: { new_device: null },
    };

    expect(pointersOf(json)).toEqual([]);
    expect(pointersOf({ methods: null, alerts: null })).toEqual([]);
    expect(pointersOf({})).toEqual([]);
  });

  it('are not those whose room is there', () => {
    const json = {
      signup: 'open',
      email_verification_required: true,
      password_policy: { min_length: 12 },
      session_max_devices: 1,
      session_inactivity_days: 1,
      lockout: { max_attempts: 1 },
      audience: 'x',
      cors_origins: ['https://app.example.com'],
      branding: { name: 'ACME' },
      alerts: { new_device: 'mail', suspicious: 'off' },
    };

    expect(pointersOf(json)).toEqual([]);
  });
});

// Rule 19: no one signs up into the platform, whatever is stored.
it('tell that the platform stays closed', () => {
  expect(pointersOf({ signup: 'open' }, 'platform')).toEqual(['/signup']);
  expect(pointersOf({ signup: 'invite' }, 'platform')).toEqual(['/signup']);
  expect(pointersOf({ signup: 'closed' }, 'platform')).toEqual([]);
  expect(pointersOf({ signup: null }, 'platform')).toEqual([]);
});
