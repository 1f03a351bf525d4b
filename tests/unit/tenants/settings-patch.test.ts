import { describe, expect, it } from 'vitest';
import { ALL_VARIABLES } from '../../../config/variables/index.ts';
import { PASSWORD_LENGTH_MAX, parseSettingsPatch } from '../../../core/tenants/index.ts';
import { problemsOf } from './patch-problems.ts';

/** Every setting that api.md names, and every field of those that are groups. */
const EVERYTHING = {
  signup: 'invite',
  mfa: 'admins',
  methods: { password: true, magic_link: true, passkey: false },
  password_policy: { min_length: 12, max_length: 64, upper: false, lower: true, digit: false },
  email_verification_required: false,
  session_max_devices: 3,
  session_inactivity_days: 7,
  lockout: { max_attempts: 3, duration_minutes: 60 },
  audience: 'https://api.example.com',
  cors_origins: ['https://app.example.com', 'http://localhost:5173'],
  return_origins: ['https://app.example.com:8443'],
  branding: { name: 'ACME', color: '#1f4fd8', logo_url: 'https://example.com/logo.png' },
  default_locale: 'de-CH',
  alerts: { new_device: 'mail', suspicious: 'step_up' },
} as const;

describe('the whole table', () => {
  it('is taken as it stands', () => {
    expect(parseSettingsPatch(EVERYTHING)).toEqual(EVERYTHING);
  });

  it('may be returned field by field and group by group', () => {
    const nothing = Object.fromEntries(Object.keys(EVERYTHING).map((name) => [name, null]));
    const emptied = { lockout: { max_attempts: null, duration_minutes: null } };

    expect(parseSettingsPatch(nothing)).toEqual(nothing);
    expect(parseSettingsPatch(emptied)).toEqual(emptied);
  });

  it('may be left alone', () => {
    expect(parseSettingsPatch({})).toEqual({});
    expect(parseSettingsPatch({ branding: {} })).toEqual({ branding: {} });
  });
});

describe('what is no object of settings', () => {
  it.each([null, [], 'signup', 7, true])('is refused: %j', (input) => {
    expect(problemsOf(input)).toEqual([' wrong_type']);
  });

  it.each([
    'password_policy',
    'lockout',
    'methods',
    'branding',
    'alerts',
  ])('is refused in the place of the group %s', (name) => {
    expect(problemsOf({ [name]: [] })).toEqual([`/${name} wrong_type`]);
    expect(problemsOf({ [name]: 'x' })).toEqual([`/${name} wrong_type`]);
  });

  it('is refused where it holds fields that do not exist, each by its name', () => {
    const input = JSON.parse('{"Signup":"open","a/b~c":1,"__proto__":{},"toString":1,"lockout":{"css":1}}');

    expect(problemsOf(input)).toEqual([
      '/lockout/css unknown_field',
      '/Signup unknown_field',
      '/a~1b~0c unknown_field',
      '/__proto__ unknown_field',
      '/toString unknown_field',
    ]);
  });

  it('is refused with every problem at once, and without the values', () => {
    const input = { signup: 'maybe', session_max_devices: '3', lockout: { max_attempts: 0 }, logo: 'x' };

    expect(problemsOf(input)).toEqual([
      '/signup not_allowed',
      '/session_max_devices wrong_type',
      '/lockout/max_attempts invalid',
      '/logo unknown_field',
    ]);
    expect(() => parseSettingsPatch(input)).toThrow('4 fields need attention');
  });

  it('cuts the name of a field that somebody made up', () => {
    expect(problemsOf({ ['x'.repeat(1000)]: 1 })).toEqual([`/${'x'.repeat(64)} unknown_field`]);
  });
});

describe('modes', () => {
  it.each([
    ['signup', ['open', 'closed', 'invite']],
    ['mfa', ['off', 'optional', 'required', 'admins']],
  ])('of %s are a closed list', (name, modes) => {
    for (const mode of modes) expect(problemsOf({ [name]: mode })).toEqual([]);
    for (const wrong of ['', 'Open', 'on', true, 1, ['open']]) {
      expect(problemsOf({ [name]: wrong })).toEqual([`/${name} not_allowed`]);
    }
  });

  it('of alerts are a closed list, each by itself', () => {
    for (const mode of ['off', 'mail', 'step_up']) {
      expect(problemsOf({ alerts: { new_device: mode, suspicious: mode } })).toEqual([]);
    }
    expect(problemsOf({ alerts: { new_device: 'sms', suspicious: 'mail' } })).toEqual([
      '/alerts/new_device not_allowed',
    ]);
  });
});

describe('switches', () => {
  it.each([
    '/email_verification_required',
    '/methods/magic_link',
    '/methods/passkey',
    '/password_policy/upper',
    '/password_policy/lower',
    '/password_policy/digit',
  ])('%s is true or false and nothing like it', (pointer) => {
    for (const value of [true, false]) expect(problemsOf(at(pointer, value))).toEqual([]);
    for (const value of [0, 1, 'true', []]) {
      expect(problemsOf(at(pointer, value))).toEqual([`${pointer} wrong_type`]);
    }
  });

  // Rule 11 and common sense: with its one method off, nobody could sign in any more.
  it('keep the password on, whatever else is switched on', () => {
    const input = { methods: { password: false, magic_link: true, passkey: true } };

    expect(problemsOf(input)).toEqual(['/methods/password not_allowed']);
    expect(problemsOf({ methods: { password: 'no' } })).toEqual(['/methods/password wrong_type']);
  });
});

describe('numbers', () => {
  it.each([
    ['/session_max_devices', 1, 1000],
    ['/session_inactivity_days', 1, 3650],
    ['/lockout/max_attempts', 1, 1000],
    ['/lockout/duration_minutes', 1, 10_080],
    ['/password_policy/min_length', 8, 128],
    ['/password_policy/max_length', 8, PASSWORD_LENGTH_MAX],
  ])('%s goes from %i to %i', (pointer, min, max) => {
    for (const value of [min, max]) expect(problemsOf(at(pointer, value))).toEqual([]);
    for (const value of [min - 1, max + 1, -min]) {
      expect(problemsOf(at(pointer, value))).toEqual([`${pointer} invalid`]);
    }
    for (const value of [min + 0.5, String(min), true, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(problemsOf(at(pointer, value))).toEqual([`${pointer} wrong_type`]);
    }
  });

  // What a tenant may set, an operator may set for all of them, and the other way round.
  it.each([
    ['/session_max_devices', 'SESSION_MAX_DEVICES'],
    ['/session_inactivity_days', 'SESSION_INACTIVITY_TIMEOUT_DAYS'],
    ['/lockout/max_attempts', 'MAX_LOGIN_ATTEMPTS'],
    ['/lockout/duration_minutes', 'ACCOUNT_LOCKOUT_DURATION_MINUTES'],
  ])('%s has the bounds of %s', (pointer, name) => {
    const parser = ALL_VARIABLES.find((variable) => variable.name === name)?.parser;

    for (const value of [0, 1, 2, 1000, 1001, 3650, 3651, 10_080, 10_081]) {
      const isTaken = problemsOf(at(pointer, value)).length === 0;
      expect([value, isTaken]).toEqual([value, 'value' in (parser?.parse(String(value)) ?? {})]);
    }
  });
});

/** The object in which `value` stands at a JSON Pointer. */
function at(pointer: string, value: unknown): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
}
