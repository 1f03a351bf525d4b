import { expect, it } from 'vitest';
import { detailOf } from '../../../adapters/http/openapi/problem-details.ts';
import type { AnyDomainError, ErrorCode } from '../../../core/errors.ts';
import { CursorInvalid, NotFound, Unavailable, ValidationFailed } from '../../../core/kernel/errors.ts';
import { LinkExpired, LinkInvalid, LinkUsed } from '../../../core/one-time-tokens/errors.ts';
import {
  PasswordTooCommon,
  PasswordTooLong,
  PasswordTooShort,
  PasswordTooWeak,
} from '../../../core/passwords/errors.ts';
import { AccountLocked, RateLimited } from '../../../core/protection/errors.ts';
import { PasswordRequired, SignupClosed } from '../../../core/registration/errors.ts';
import {
  ReauthenticationRequired,
  RefreshTokenInvalid,
  SessionRevoked,
  TokenExpired,
  TokenInvalid,
  TokenMissing,
} from '../../../core/sessions/errors.ts';
import { CodeInvalid, EmailNotVerified, InvalidCredentials } from '../../../core/sign-in/errors.ts';
import {
  AudienceNotAllowed,
  TenantMismatch,
  TenantNotFound,
  TenantSlugTaken,
  TenantSuspended,
} from '../../../core/tenants/errors.ts';
import { EmailAlreadyRegistered, UsernameTaken } from '../../../core/users/errors.ts';

const ERRORS: { readonly [Code in ErrorCode]: Extract<AnyDomainError, { code: Code }> } = {
  account_locked: new AccountLocked(1),
  audience_not_allowed: new AudienceNotAllowed(),
  code_invalid: new CodeInvalid(),
  cursor_invalid: new CursorInvalid(),
  email_already_registered: new EmailAlreadyRegistered(),
  email_not_verified: new EmailNotVerified(),
  invalid_credentials: new InvalidCredentials(),
  link_expired: new LinkExpired(),
  link_invalid: new LinkInvalid(),
  link_used: new LinkUsed(),
  not_found: new NotFound(),
  password_required: new PasswordRequired(),
  password_too_common: new PasswordTooCommon(),
  password_too_long: new PasswordTooLong(256),
  password_too_short: new PasswordTooShort(8),
  password_too_weak: new PasswordTooWeak(['an upper-case letter', 'a digit']),
  rate_limited: new RateLimited(1),
  reauthentication_required: new ReauthenticationRequired(false),
  refresh_token_invalid: new RefreshTokenInvalid(),
  session_revoked: new SessionRevoked(),
  signup_closed: new SignupClosed(),
  tenant_mismatch: new TenantMismatch(),
  tenant_not_found: new TenantNotFound(),
  tenant_slug_taken: new TenantSlugTaken(),
  tenant_suspended: new TenantSuspended(),
  token_expired: new TokenExpired(),
  token_invalid: new TokenInvalid(),
  token_missing: new TokenMissing(),
  unavailable: new Unavailable(),
  username_taken: new UsernameTaken(),
  validation_failed: new ValidationFailed([{ pointer: '/x', code: 'x', detail: 'x' }]),
};

// A reader takes an example for what the service says.
it.each(Object.values(ERRORS))('shows $code with the very words that it is thrown with', ({
  code,
  message,
}) => {
  expect(detailOf(code)).toBe(message);
});
