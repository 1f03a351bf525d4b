import { type FieldProblem, ValidationFailed } from '../kernel/errors.ts';
import { ALERT_MODES, MFA_MODES, SIGNUP_MODES, type TenantSettings } from './model.ts';
import { type FieldReader, readObject } from './read-fields.ts';
import {
  alwaysOn,
  audience,
  callerOrigins,
  color,
  flag,
  httpsUrl,
  integer,
  locale,
  name,
  oneOf,
  returnOrigins,
} from './setting-rules.ts';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from './settings.ts';

const MIN_LENGTH_MAX = 128; // a longer minimum no password manager meets by itself

/**
 * Changes to a tenant's settings (RFC 7396). What is left out stays; `null`
 * returns a setting, a whole group or one field of it to the environment's value.
 */
export type SettingsPatch = {
  readonly [Field in keyof TenantSettings]?: FieldChange<NonNullable<TenantSettings[Field]>>;
};
type FieldChange<T> = (T extends string | number | boolean | readonly unknown[] ? T : GroupChange<T>) | Gone;
type GroupChange<T> = { readonly [Field in keyof T]?: T[Field] | Gone };
type Gone = null | undefined;

/**
 * Reads changes to a tenant's settings that came as JSON.
 *
 * @throws {ValidationFailed} with every problem: fields that do not exist, wrong types, values out of range
 */
export function parseSettingsPatch(input: unknown): SettingsPatch {
  const problems: FieldProblem[] = [];
  const patch = readObject(input, { pointer: '', problems }, readSettings);
  if (!patch || problems.length > 0) throw new ValidationFailed(problems);
  return patch;
}

function readSettings({ field, group }: FieldReader): SettingsPatch {
  return {
    signup: field('signup', oneOf(SIGNUP_MODES)),
    mfa: field('mfa', oneOf(MFA_MODES)),
    methods: group('methods', readMethods),
    password_policy: group('password_policy', readPasswordPolicy),
    email_verification_required: field('email_verification_required', flag),
    session_max_devices: field('session_max_devices', integer(1, 1000)),
    session_inactivity_days: field('session_inactivity_days', integer(1, 3650)),
    lockout: group('lockout', readLockout),
    audience: field('audience', audience),
    cors_origins: field('cors_origins', callerOrigins),
    return_origins: field('return_origins', returnOrigins),
    branding: group('branding', readBranding),
    default_locale: field('default_locale', locale),
    alerts: group('alerts', readAlerts),
  };
}

function readMethods({ field }: FieldReader) {
  return {
    password: field('password', alwaysOn),
    magic_link: field('magic_link', flag),
    passkey: field('passkey', flag),
  };
}

function readPasswordPolicy({ field }: FieldReader) {
  return {
    min_length: field('min_length', integer(PASSWORD_LENGTH_MIN, MIN_LENGTH_MAX)),
    max_length: field('max_length', integer(PASSWORD_LENGTH_MIN, PASSWORD_LENGTH_MAX)),
    upper: field('upper', flag),
    lower: field('lower', flag),
    digit: field('digit', flag),
  };
}

function readLockout({ field }: FieldReader) {
  return {
    max_attempts: field('max_attempts', integer(1, 1000)),
    duration_minutes: field('duration_minutes', integer(1, 10_080)),
  };
}

function readBranding({ field }: FieldReader) {
  return {
    name: field('name', name),
    color: field('color', color),
    logo_url: field('logo_url', httpsUrl),
  };
}

function readAlerts({ field }: FieldReader) {
  return {
    new_device: field('new_device', oneOf(ALERT_MODES)),
    suspicious: field('suspicious', oneOf(ALERT_MODES)),
  };
}
