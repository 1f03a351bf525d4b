/** What routes of one kind refuse alike, for the schemas of their answers. */

/** Any route that looks something up. */
export const FAULTS = ['internal_error', 'unavailable'] as const;

/** A route that takes a body. */
export const BODY_REFUSALS = [
  'validation_failed',
  'json_invalid',
  'body_too_large',
  'media_type_unsupported',
] as const;

/** A route that answers a list page by page. */
export const LIST_REFUSALS = ['validation_failed', 'cursor_invalid'] as const;

/** A public route, for every one counts the requests of an address; and any of the credential class. */
export const LIMIT_REFUSALS = ['rate_limited'] as const;

/** A public route whose tenant `X-Tenant` or the default names. */
export const NAMED_TENANT_REFUSALS = ['tenant_not_found', 'tenant_suspended'] as const;

/** A route whose credential or link names the tenant. */
export const CREDENTIAL_TENANT_REFUSALS = ['tenant_mismatch', 'tenant_suspended'] as const;

/** A route that takes an access token whose session may have ended. */
export const TOKEN_REFUSALS = [
  'credentials_ambiguous',
  'token_missing',
  'token_invalid',
  'api_key_invalid',
  ...CREDENTIAL_TENANT_REFUSALS,
] as const;

/** A route that takes the access token of a live session. */
export const SESSION_REFUSALS = [...TOKEN_REFUSALS, 'token_expired', 'session_revoked'] as const;

/** A route that a mailed or printed link leads to. */
export const LINK_REFUSALS = [
  'link_invalid',
  'link_used',
  'link_expired',
  ...CREDENTIAL_TENANT_REFUSALS,
] as const;

/** A route that sets a password. */
export const NEW_PASSWORD_REFUSALS = [
  'password_too_short',
  'password_too_weak',
  'password_too_common',
  'password_too_long',
] as const;
