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

type EventDescription = Readonly<{ category: AuditCategory; severity: AuditSeverity; description: string }>;

const describe = (
  category: AuditCategory,
  severity: AuditSeverity,
  description: string,
): EventDescription => ({
  category,
  severity,
  description,
});

/** Every event there is, and what it means. The list is closed: what is not here cannot be recorded. */
export const AUDIT_EVENT_TYPES = {
  'account.locked': describe(
    'sign_in',
    'warning',
    'Too many wrong passwords: an account, or a name that nobody has, was locked',
  ),
  'address.blocked': describe('sign_in', 'warning', 'Too many wrong passwords came from one network address'),
  'access.denied': describe('access', 'warning', 'A known caller was refused something they may not do'),
  'email.verification_requested': describe('credential', 'info', 'A further verification link was asked for'),
  'email.verified': describe('credential', 'notice', 'The owner of a mailbox confirmed their address'),
  'invitation.accepted': describe('user', 'notice', 'An invitation was accepted and its account made'),
  'invitation.created': describe('user', 'notice', 'Somebody was invited'),
  'login.failed': describe('sign_in', 'warning', 'A sign-in was refused'),
  'login.succeeded': describe('sign_in', 'info', 'Somebody signed in'),
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
  'role.assigned': describe('role', 'notice', 'A user was given a role'),
  'session.ended': describe('session', 'info', 'A session ended'),
  'session.refresh_token_rejected': describe('session', 'warning', 'A genuine refresh token was refused'),
  'session.refresh_token_reused': describe(
    'session',
    'critical',
    'A spent refresh token came back: the session was ended',
  ),
  'signing_key.created': describe('key', 'notice', 'A key that signs access tokens was made'),
  'tenant.created': describe('tenant', 'notice', 'A tenant was made'),
  'tenant.settings_changed': describe('tenant', 'notice', 'What a tenant has set itself was changed'),
  'user.registered': describe('user', 'info', 'An account was made'),
} as const satisfies Record<string, EventDescription>;

export type AuditEventType = keyof typeof AUDIT_EVENT_TYPES;
