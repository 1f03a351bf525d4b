import type { VARIABLES } from '../../config/variables/index.ts';
import {
  ALERT_MODES,
  MFA_MODES,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  SIGNUP_MODES,
  type TenantSettings,
} from '../../core/tenants/index.ts';

/** What may be set. */
type Values =
  | Readonly<{ kind: 'flag' }>
  | Readonly<{ kind: 'choice'; options: readonly string[] }>
  /** Both ends included. */
  | Readonly<{ kind: 'integer'; min: number; max: number }>
  | Readonly<{ kind: 'text'; says: string }>
  | Readonly<{ kind: 'origins'; says: string }>;

/** One setting of a tenant, as the reference tells of it. */
export type Setting = Readonly<{
  values: Values;
  /** What holds where the tenant has set nothing: a variable of the environment, or what this says. */
  without: Readonly<{ variable: keyof typeof VARIABLES }> | string;
  /** What follows from it, and from when on; whole sentences. */
  about: string;
  /** A value that is taken and differs from what holds without it. */
  sample: string | number | boolean | readonly string[];
}>;

type Group<T> = { readonly [Field in keyof T]-?: Setting };
type Table = {
  readonly [Field in keyof TenantSettings]-?: NonNullable<TenantSettings[Field]> extends
    | string
    | number
    | boolean
    | readonly unknown[]
    ? Setting
    : Group<NonNullable<TenantSettings[Field]>>;
};

const flag: Values = { kind: 'flag' };
const choice = (options: readonly string[]): Values => ({ kind: 'choice', options });
const integer = (min: number, max: number): Values => ({ kind: 'integer', min, max });
const ofEnvironment = (variable: keyof typeof VARIABLES): Setting['without'] => ({ variable });

const NEW_PASSWORDS = 'Holds for each password that is set from then on; those set before stay.';
const policyFlag = (kind: string): Setting => ({
  values: flag,
  without: 'true',
  about: `Whether a password needs ${kind}. ${NEW_PASSWORDS}`,
  sample: false,
});

/** Every setting that a tenant may set. Leaving one out does not compile. */
const SETTINGS: Table = {
  signup: {
    values: choice(SIGNUP_MODES),
    without: '`open`',
    about:
      'Whether people register by themselves: unless `open`, `POST /auth/register` is 403 `signup_closed`. Invitations work always; the tenant `platform` is always closed.',
    sample: 'closed',
  },
  mfa: {
    values: choice(MFA_MODES),
    without: '`off`',
    about: 'Of whom a second factor is demanded.',
    sample: 'required',
  },
  methods: {
    password: {
      values: flag,
      without: 'true',
      about: 'Sign-in by password. It is the one method of this release, so `false` is refused.',
      sample: true,
    },
    magic_link: { values: flag, without: 'false', about: 'Sign-in by a mailed link.', sample: true },
    passkey: { values: flag, without: 'false', about: 'Sign-in by passkey.', sample: true },
  },
  password_policy: {
    min_length: {
      values: integer(PASSWORD_LENGTH_MIN, 128),
      without: `${PASSWORD_LENGTH_MIN}`,
      about: `Characters that a password needs. ${NEW_PASSWORDS}`,
      sample: 12,
    },
    max_length: {
      values: integer(PASSWORD_LENGTH_MIN, PASSWORD_LENGTH_MAX),
      without: `${PASSWORD_LENGTH_MAX}`,
      about: `Characters that a password may have, \`min_length\` at least. ${NEW_PASSWORDS}`,
      sample: 64,
    },
    upper: policyFlag('an upper-case letter'),
    lower: policyFlag('a lower-case letter'),
    digit: policyFlag('a digit'),
  },
  email_verification_required: {
    values: flag,
    without: ofEnvironment('REQUIRE_EMAIL_VERIFICATION'),
    about:
      'Whether an address must be confirmed before its account exists, and before an account that is there already signs in.',
    sample: false,
  },
  session_max_devices: {
    values: integer(1, 1000),
    without: ofEnvironment('SESSION_MAX_DEVICES'),
    about: 'Sessions of one user. The next sign-in of each user ends the oldest beyond it.',
    sample: 3,
  },
  session_inactivity_days: {
    values: integer(1, 3650),
    without: ofEnvironment('SESSION_INACTIVITY_TIMEOUT_DAYS'),
    about: 'When an unused session ends. Holds for sessions that begin from then on.',
    sample: 7,
  },
  lockout: {
    max_attempts: {
      values: integer(1, 1000),
      without: ofEnvironment('MAX_LOGIN_ATTEMPTS'),
      about: 'Wrong passwords that lock a name. Holds from the next one on.',
      sample: 3,
    },
    duration_minutes: {
      values: integer(1, 10_080),
      without: ofEnvironment('ACCOUNT_LOCKOUT_DURATION_MINUTES'),
      about: 'How long they are remembered, and how long a lock lasts. Holds from the next one on.',
      sample: 60,
    },
  },
  audience: {
    values: { kind: 'text', says: 'the id of the tenant' },
    without: 'the id of the tenant',
    about:
      'The `aud` of access tokens. Anything else is 422 `audience_not_allowed` until domains can be verified.',
    sample: '0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11',
  },
  cors_origins: {
    values: { kind: 'origins', says: 'at most 100 origins, `http` or `https`' },
    without: 'none',
    about: 'Whose pages may call the API and act by cookie, beside those of `CORS_ORIGINS`.',
    sample: ['https://app.example.com'],
  },
  return_origins: {
    values: {
      kind: 'origins',
      says: 'at most 100 origins, `https`, or `http` on this very machine (`localhost`, `127.0.0.1`, `[::1]`)',
    },
    without: 'none',
    about: 'Where a browser may be sent back to after a sign-in.',
    sample: ['https://app.example.com'],
  },
  branding: {
    name: {
      values: { kind: 'text', says: '1 to 200 characters, without control characters, `<` and `>`' },
      without: 'the name of the tenant',
      about: 'The name in mails and in `GET /auth/config`.',
      sample: 'Example',
    },
    color: {
      values: { kind: 'text', says: '`#rrggbb`' },
      without: 'none',
      about: 'Told in `GET /auth/config`, for pages of your own. The hosted pages are the same for all.',
      sample: '#1f4fd8',
    },
    logo_url: {
      values: { kind: 'text', says: 'an `https://` URL of at most 2048 characters, without credentials' },
      without: 'none',
      about: 'As `color`.',
      sample: 'https://example.com/logo.png',
    },
  },
  default_locale: {
    values: { kind: 'text', says: 'a BCP 47 tag' },
    without: '`en`',
    about: 'Told in `GET /auth/config`.',
    sample: 'de-CH',
  },
  alerts: {
    new_device: {
      values: choice(ALERT_MODES),
      without: '`mail`',
      about:
        'What follows on a sign-in from a new device: nothing but an audit event, a mail to the verified address of the user, or besides the mail a demand to prove again who they are before anything sensitive.',
      sample: 'step_up',
    },
    suspicious: {
      values: choice(ALERT_MODES),
      without: '`mail`',
      about:
        'As `new_device`, for what looks wrong: a new country, a journey that nobody can make, a right password after many wrong ones, a refresh from elsewhere.',
      sample: 'step_up',
    },
  },
};

/** Every setting with its place (a JSON Pointer), those of groups one by one. */
export const ALL_SETTINGS: readonly (readonly [pointer: string, setting: Setting])[] = Object.entries<
  Setting | Readonly<Record<string, Setting>>
>(SETTINGS).flatMap(([name, entry]) =>
  isSetting(entry)
    ? [[`/${name}`, entry] as const]
    : Object.entries(entry).map(([field, setting]) => [`/${name}/${field}`, setting] as const),
);

/** A change that sets one setting, as JSON. */
export function changeOf(pointer: string, value: unknown): Readonly<Record<string, unknown>> {
  const [, name = '', field] = pointer.split('/');
  return { [name]: field === undefined ? value : { [field]: value } };
}

function isSetting(entry: Setting | Readonly<Record<string, Setting>>): entry is Setting {
  return 'values' in entry && 'without' in entry;
}
