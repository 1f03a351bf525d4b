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
  by: 'What was locked, a list of `identifier`, `user`, `device` and `registration`',
  seconds: 'For how long',
};
const ROLES = { roles: 'The roles that go with it' };

/** Every event there is, and what it means. The list is closed: what is not here cannot be recorded. */
export const AUDIT_EVENT_TYPES = {
  'account.locked': describe(
    'sign_in',
    'warning',
    'Too many wrong passwords: an account, or a name that nobody has, was locked',
    LOCK,
  ),
  'address.blocked': describe('sign_in', 'warning', 'Too many wrong passwords came from one network address'),
  'access.denied': describe('access', 'warning', 'A known caller was refused something they may not do', {
    route: 'Method and pattern of the route',
    reason: 'The error code that was answered',
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
  'session.ended': describe('session', 'info', 'A session ended', {
    reason: 'By what, such as `logout`, `logout_all`, `revoked` (on its own, by its id) or `device_limit`',
  }),
  'session.refresh_token_rejected': describe('session', 'warning', 'A genuine refresh token was refused', {
    reason: '`ended`, `expired`, `user_inactive`, `ahead`, `tenant_suspended` or `tenant_mismatch`',
    user_id: 'Whose session it is; not with the last two reasons',
  }),
  'session.refresh_token_reused': describe(
    'session',
    'critical',
    'A spent refresh token came back: the session was ended',
  ),
  'signing_key.created': describe('key', 'notice', 'A key that signs access tokens was made', {
    kid: 'Its id in the public key set',
    algorithm: 'Its algorithm, as in `alg`',
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
