export type AuditCategory =
  | 'sign_in'
  | 'session'
  | 'user'
  | 'credential'
  | 'access'
  | 'role'
  | 'tenant'
  | 'key';
export type AuditSeverity = 'info' | 'notice' | 'warning' | 'critical';

type EventDescription = Readonly<{
  category: AuditCategory;
  severity: AuditSeverity;
  description: string;
  /** What `data` of such an event may hold: each of its fields, with what it tells. */
  data: Readonly<Record<string, string>>;
}>;

const describe = (
  category: AuditCategory,
  severity: AuditSeverity,
  description: string,
  data: EventDescription['data'] = {},
): EventDescription => ({
  category,
  severity,
  description,
  data,
});

const LOCK = {
  by: 'What was locked, a list of `identifier`, `user`, `device`, `registration` and `second_factor`',
  seconds: 'For how long',
};
const RESPONSE = {
  response:
    'What the tenant lets follow: `off`, `mail` or `step_up`. A mail goes to a verified address alone',
};
const KEY = { kid: 'Its id in the public key set', algorithm: 'Its algorithm, as in `alg`' };
const ROLES = { roles: 'The roles that go with it' };

/** Every event there is, and what it means. The list is closed: what is not here cannot be recorded. */
export const AUDIT_EVENT_TYPES = {
  'account.locked': describe(
    'sign_in',
    'warning',
    'Too many wrong passwords or second factors: an account, or a name that nobody has, was locked for them',
    LOCK,
  ),
  'address.blocked': describe('sign_in', 'warning', 'Too many wrong passwords came from one network address'),
  'access.denied': describe('access', 'warning', 'A known caller was refused something they may not do', {
    route: 'Method and pattern of the route',
    reason: 'The error code that was answered',
  }),
  'credential_stuffing.detected': describe(
    'sign_in',
    'critical',
    'Wrong passwords for too many names came from one network address; told once, when it comes to that',
    { targets: 'For how many names, whether or not anybody goes by them' },
  ),
  'device.added': describe('sign_in', 'notice', 'Somebody signed in on a device that is new to the account', {
    ...RESPONSE,
    browser: 'Which browser it says it is; not where it is none that we know',
    os: 'Likewise, which system',
  }),
  'email.verification_requested': describe('credential', 'info', 'A further verification link was asked for'),
  'email.verified': describe('credential', 'notice', 'The owner of a mailbox confirmed their address'),
  'invitation.accepted': describe('user', 'notice', 'An invitation was accepted and its account made', ROLES),
  'invitation.created': describe('user', 'notice', 'Somebody was invited', ROLES),
  'login.failed': describe('sign_in', 'warning', 'A sign-in was refused', {
    method: 'How it was tried, as in `amr`',
    reason:
      '`wrong_password`, `unknown_user`, `user_locked`, `user_inactive`, `email_not_verified` or `credential_changed`',
  }),
  'login.succeeded': describe('sign_in', 'info', 'Somebody signed in', {
    amr: 'How (RFC 8176)',
    aal: 'How many factors were proved: 1 or 2',
  }),
  'registration.confirmation_failed': describe(
    'credential',
    'warning',
    'A verification link came with a wrong password',
  ),
  'registration.opened': describe(
    'user',
    'info',
    'Somebody asked for an account; its address is to be verified',
  ),
  'registration.repeated': describe('user', 'notice', 'Somebody registered an address that has an account'),
  'role.assigned': describe('role', 'notice', 'A user was given a role', { role: 'Which' }),
  'session.context_changed': describe(
    'session',
    'notice',
    'A session goes on, or was signed out of, from elsewhere than before',
    {
      reason:
        'What is not as it was, a list of `user_agent` and `network` (of IPv4 the first 24 bits, of IPv6 the first 48)',
      at: '`refresh` or `logout`',
    },
  ),
  'session.ended': describe('session', 'info', 'A session ended', {
    reason: 'By what, such as `logout`, `logout_all`, `revoked` (on its own, by its id) or `device_limit`',
  }),
  'session.reauthenticated': describe(
    'sign_in',
    'info',
    'The user of a session proved once more who they are, which makes it fresh',
    { amr: 'By what (RFC 8176)', aal: 'How many factors the session has proved now: 1 or 2' },
  ),
  'session.reauthentication_failed': describe(
    'sign_in',
    'warning',
    'Whoever holds a session could not prove to be its user',
    {
      method: 'How it was tried: `password`, `code`, `webauthn` or `email`',
      reason: '`wrong_password`, `credential_changed`, or `no_such_method` of an account that has none of it',
    },
  ),
  'session.refresh_token_rejected': describe('session', 'warning', 'A genuine refresh token was refused', {
    reason:
      '`ended`, `expired`, `user_inactive`, `ahead`, `reused`, `other_session`, `other_tenant` (than the access token’s), `tenant_suspended` or `tenant_mismatch`',
    user_id: 'Whose session it is; not with the last two reasons',
    at: '`refresh`, or `logout`, where the token came along, was only looked at and has nothing follow',
  }),
  'session.refresh_token_reused': describe(
    'session',
    'critical',
    'A spent refresh token came back: the session was ended',
  ),
  'secrets.reencrypted': describe(
    'key',
    'notice',
    'Secrets that were sealed under an older value of `SECRET_KEY` were sealed anew under the newest',
    { kind: '`signing_keys` or `mails`', count: 'How many' },
  ),
  'signing_key.activated': describe('key', 'notice', 'A key began to sign access tokens', KEY),
  'signing_key.created': describe('key', 'notice', 'A key that signs access tokens was made', KEY),
  'signing_key.retired': describe('key', 'notice', 'A key signs access tokens no more', {
    ...KEY,
    reason:
      '`rotated` (another signs in its place), `replaced` (it was to be the next, and another is now) or `revoked` (ended at once)',
    verifies_for_seconds: 'How long what it has signed is good yet',
  }),
  'suspicion.raised': describe('sign_in', 'warning', 'A sign-in, or the use of a session, looked wrong', {
    kind: '`new_country`, `impossible_travel`, `failures_then_success` or `refresh_elsewhere`',
    ...RESPONSE,
    country: 'Where it came from (ISO 3166-1); not with `failures_then_success`',
    from_country: 'Where the user was before; with `impossible_travel` and `refresh_elsewhere`',
    distance_km: 'How far apart the two are at least; with a journey that nobody can have made',
    minutes: 'How long that journey can have taken at most',
    failures: 'How many wrong passwords came before; with `failures_then_success`',
  }),
  'tenant.created': describe('tenant', 'notice', 'A tenant was made', {
    slug: 'Its slug',
    name: 'Its name',
  }),
  'tenant.settings_changed': describe('tenant', 'notice', 'What a tenant has set itself was changed', {
    before: 'The settings that differ, as they were; `null` for one that was not set',
    after: 'The same as they are now',
  }),
  'user.registered': describe('user', 'info', 'An account was made'),
} as const satisfies Record<string, EventDescription>;

export type AuditEventType = keyof typeof AUDIT_EVENT_TYPES;
