import type { ErrorCode } from '../../../core/errors.ts';
import type { FieldProblem } from '../../../core/kernel/errors.ts';
import { PROBLEMS, type ProblemCode } from '../problems/catalogue.ts';

/** What the errors of the domain say where nothing in particular is known. A test holds them to it. */
const DOMAIN_DETAILS: Readonly<Record<ErrorCode, string>> = {
  account_locked: 'Too many wrong attempts; try again later. Retry-After says in how many seconds',
  audience_not_allowed:
    "The audience must be the tenant's id, or an absolute URI on one of its verified domains",
  code_invalid:
    'This proves nothing: it is wrong, too old, used before, or made by nothing that the account has',
  cursor_invalid: 'The cursor is none that this list has given; begin again without one',
  email_already_registered: 'An account with this address exists already; sign in instead',
  email_not_verified: 'Confirm your e-mail address first; a new link can be asked for',
  invalid_credentials:
    'The sign-in details are not right. If the account is new, its address may have to be confirmed first',
  link_expired: 'This link has expired; ask for a new one',
  link_invalid: 'This link is not valid',
  link_used: 'This link was used already, or another one took its place',
  not_found: 'There is nothing here by that id',
  password_required:
    'Several people asked for an account with this address: the password chosen with this link is wanted too',
  password_too_common: 'This password is among the first that an attacker tries; choose another',
  password_too_long: 'The password may have at most 256 characters',
  password_too_short: 'The password needs at least 8 characters',
  password_too_weak: 'The password also needs an upper-case letter and a digit',
  rate_limited: 'Too many requests; try again when Retry-After is over',
  reauthentication_required: 'Prove who you are once more, and make the request again',
  refresh_token_invalid: 'The refresh token is not valid; sign in again',
  session_revoked: 'The session has ended; sign in again',
  signup_closed: 'Nobody can register here by themselves; ask for an invitation',
  tenant_mismatch: 'The credential belongs to another tenant than the one that X-Tenant names',
  tenant_not_found: 'No tenant goes by that name or id',
  tenant_slug_taken: 'Another tenant has this slug',
  tenant_suspended: 'This tenant is suspended; its administrator can say why',
  token_expired: 'The access token has expired; refresh it',
  token_invalid: 'The access token is not valid',
  token_missing: 'This route wants an access token in the Authorization header',
  unavailable: 'The service cannot answer at the moment; try again shortly',
  username_taken: 'This username is taken; choose another',
  validation_failed: '1 field needs attention',
};

/** Where the HTTP edge says more than the title of the code. */
const EDGE_DETAILS: Readonly<Partial<Record<ProblemCode, string>>> = {
  credentials_ambiguous: 'Give either an access token or an API key, not both',
  csrf_failed: 'This site may not act with the cookie of this service',
  internal_error: 'Something went wrong. The request id finds it in the log',
  json_invalid: 'The body is not valid JSON in UTF-8; names and texts stand in double quotes',
  media_type_unsupported: 'Send JSON, with the header Content-Type: application/json',
  metrics_unauthorized: 'The metrics want the user and password that they were given',
};

/** A field that no body has, so that the example fits every operation. */
export const FIELD_PROBLEMS: readonly FieldProblem[] = [
  { pointer: '/nickname', code: 'unknown_field', detail: 'There is no such field' },
];

/** What an example of a problem says in `detail`: what the service itself says. */
export function detailOf(code: ProblemCode): string {
  const details: Readonly<Partial<Record<ProblemCode, string>>> = { ...DOMAIN_DETAILS, ...EDGE_DETAILS };
  return details[code] ?? PROBLEMS[code].title;
}
