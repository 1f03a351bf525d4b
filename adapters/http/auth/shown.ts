import { ADA, PASSWORD, REFRESH_TOKEN, SESSION, SIGNED_IN, TENANT } from '../openapi/samples.ts';
import { only, type Shown } from '../openapi/shown.ts';

const MEMBER_SCOPES = ['read:user', 'write:user', 'read:session', 'read:audit'];

/** A sign-in by each of the two ways that its refresh token may take. */
const SIGN_IN_EXAMPLES = {
  cookie: { summary: 'The refresh token came as a cookie', value: SIGNED_IN },
  token: {
    summary: 'The refresh token is in the body',
    value: { ...SIGNED_IN, refresh_token: REFRESH_TOKEN },
  },
};

export const REGISTER_SHOWN: Shown = {
  requests: {
    all: {
      summary: 'With everything that may be said',
      value: {
        email: ADA.email,
        password: PASSWORD,
        name: ADA.name,
        username: ADA.username,
        locale: ADA.locale,
      },
    },
    least: {
      summary: 'With what must be said',
      value: { email: ADA.email, password: PASSWORD },
    },
  },
  answers: {
    201: only('Ada has an account', { user: ADA }),
    202: only('The same for every address', { status: 'email_verification_required' }),
  },
};

export const LOGIN_SHOWN: Shown = {
  parameters: ['KnownDevice'],
  requests: {
    cookie: {
      summary: 'In a browser',
      value: { email: ADA.email, password: PASSWORD, device_name: SESSION.device },
    },
    token: {
      summary: 'Without cookies, by username',
      value: { email: ADA.username, password: PASSWORD, transport: 'token' },
    },
  },
  answers: { 200: SIGN_IN_EXAMPLES },
  headers: { 200: ['SignInCookies'], 401: ['ClearedRefreshCookie'] },
};

export const REFRESH_SHOWN: Shown = {
  parameters: ['RefreshToken'],
  requests: {
    cookie: { summary: 'The refresh token comes as a cookie', value: {} },
    token: { summary: 'It comes in the body', value: { refresh_token: REFRESH_TOKEN } },
  },
  answers: { 200: SIGN_IN_EXAMPLES },
  headers: { 200: ['RefreshCookie'], 401: ['ClearedRefreshCookie'] },
};

export const CONFIG_SHOWN: Shown = {
  answers: {
    200: only('A tenant as it is made', {
      tenant: TENANT,
      methods: { password: true, magic_link: false, passkey: false },
      signup: 'open',
      email_verification_required: false,
      password_policy: { min_length: 8, max_length: 256, upper: true, lower: true, digit: true },
      mfa: 'off',
      providers: [],
      branding: { name: TENANT.name, color: null, logo_url: null },
      locales: ['en'],
      default_locale: 'en',
    }),
  },
};

export const LOGOUT_SHOWN: Shown = {
  headers: { 204: ['ClearedRefreshCookie'] },
};

export const LOGOUT_ALL_SHOWN: Shown = {
  requests: {
    all: { summary: 'This session ends as well', value: {} },
    others: { summary: 'This session stays', value: { except_current: true } },
  },
  headers: { 204: ['ClearedUnlessKept'] },
};

export const ME_SHOWN: Shown = {
  answers: {
    200: only('Ada, signed in', {
      user: SIGNED_IN.user,
      tenant: TENANT,
      session: SESSION,
      roles: ADA.roles,
      scopes: MEMBER_SCOPES,
      credential: 'session',
    }),
  },
};
