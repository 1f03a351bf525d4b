/**
 * Whom and what the examples tell of: one user, Ada, who signed up at the
 * tenant `default` and signed in a few minutes later. The ids are UUIDv7 of
 * those very moments. Secrets are cut short.
 */
export const REQUEST_ID = '019bc11d-94e4-7d21-8b6a-1f3c5e7092ab';
export const PASSWORD = 'Correct-Horse-9-Battery';

export const TENANT = { id: '019bb138-1000-7a4c-9d2e-6b8f0a1c3e5d', slug: 'default', name: 'Default' };

export const ADA = {
  id: '019bc119-0100-7c1b-9a3e-2f4b8c6d0e11',
  email: 'ada@example.test',
  email_verified: false,
  username: 'ada',
  name: 'Ada Lovelace',
  locale: 'en',
  picture: null,
  metadata: {},
  status: 'active',
  mfa_enabled: false,
  roles: ['member'],
  created_at: '2026-01-15T10:00:00.000Z',
  updated_at: '2026-01-15T10:00:00.000Z',
  last_login_at: null,
};

/** Ada once she has signed in. */
const ADA_SIGNED_IN = {
  ...ADA,
  last_login_at: '2026-01-15T10:05:00.000Z',
};

export const SESSION = {
  id: '019bc11d-94e0-7b52-a4d7-8e1f2a3b4c5d',
  current: true,
  device: 'Laptop',
  browser: 'Firefox',
  os: 'Linux',
  ip: '203.0.113.7',
  location: null,
  created_at: '2026-01-15T10:05:00.000Z',
  last_seen_at: '2026-01-15T10:05:00.000Z',
  expires_at: '2026-01-16T10:05:00.000Z',
  amr: ['pwd'],
  aal: 1,
};

export const REFRESH_TOKEN = 'AQEBm7E4EAB6TJ0u…';
/** What stands behind `#token=` in a link. */
export const LINK_TOKEN = 'AQGbsTgQAHpMnS5r…';

/** The first owner of the tenant, who came before Ada. */
export const GRACE = {
  ...ADA,
  id: '019bb13c-a3e0-7d06-9c41-5a7b9e0f2d38',
  email: 'grace@example.test',
  email_verified: true,
  username: null,
  name: 'Grace Hopper',
  locale: null,
  roles: ['owner'],
  created_at: '2026-01-12T08:05:00.000Z',
  updated_at: '2026-01-12T08:05:00.000Z',
  last_login_at: '2026-01-12T08:05:00.000Z',
};

/** A sign-in by cookie; of `transport: token` its answer holds {@link REFRESH_TOKEN} too. */
export const SIGNED_IN = {
  status: 'complete',
  access_token: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIs….eyJpc3MiOiJodHRwOi8v….3b0Y7vHq…',
  token_type: 'Bearer',
  expires_in: 900,
  user: ADA_SIGNED_IN,
  session: { id: SESSION.id, aal: SESSION.aal, amr: SESSION.amr },
};
