import type { ErrorCode } from '../../../core/errors.ts';

type ProblemKind = Readonly<{
  status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 410 | 413 | 415 | 422 | 429 | 431 | 500 | 503;
  /** The same for every occurrence (RFC 9457, section 3.1.4). */
  title: string;
}>;

const kind = (status: ProblemKind['status'], title: string): ProblemKind => ({ status, title });

/** What only the HTTP edge refuses. */
const EDGE_PROBLEMS = {
  api_key_invalid: kind(401, 'The API key is not valid'),
  body_too_large: kind(413, 'The body is too large'),
  credentials_ambiguous: kind(400, 'More than one credential was given'),
  csrf_failed: kind(403, 'The request comes from a site that may not make it'),
  headers_too_large: kind(431, 'The headers are too large'),
  https_required: kind(400, 'The request must be made over https'),
  internal_error: kind(500, 'Something went wrong'),
  json_invalid: kind(400, 'The body is not valid JSON'),
  media_type_unsupported: kind(415, 'The body is not JSON'),
  method_not_allowed: kind(405, 'The route does not take this method'),
  metrics_unauthorized: kind(401, 'The metrics want their user and password'),
  request_malformed: kind(400, 'The request is not valid HTTP'),
  request_timeout: kind(408, 'The request took too long to arrive'),
  route_not_found: kind(404, 'There is no such route'),
} as const;

/** One status and title for every error of the domain. Leaving one out does not compile. */
const DOMAIN_PROBLEMS: Record<ErrorCode, ProblemKind> = {
  account_locked: kind(429, 'Locked after too many wrong attempts'),
  audience_not_allowed: kind(422, 'The audience is not the tenant’s own'),
  email_already_registered: kind(409, 'The address has an account'),
  email_not_verified: kind(403, 'The address is not verified'),
  invalid_credentials: kind(401, 'The sign-in details are not right'),
  link_expired: kind(410, 'The link has expired'),
  link_invalid: kind(400, 'The link is not valid'),
  link_used: kind(410, 'The link was used'),
  password_required: kind(409, 'The password is wanted too'),
  password_too_common: kind(422, 'The password is too common'),
  password_too_long: kind(422, 'The password is too long'),
  password_too_short: kind(422, 'The password is too short'),
  password_too_weak: kind(422, 'The password is too weak'),
  rate_limited: kind(429, 'Too many requests'),
  refresh_token_invalid: kind(401, 'The refresh token is not valid'),
  session_revoked: kind(401, 'The session has ended'),
  signup_closed: kind(403, 'Sign-up is closed'),
  tenant_mismatch: kind(403, 'The credential is of another tenant'),
  tenant_not_found: kind(404, 'There is no such tenant'),
  tenant_slug_taken: kind(409, 'The slug is taken'),
  tenant_suspended: kind(403, 'The tenant is suspended'),
  token_expired: kind(401, 'The access token has expired'),
  token_invalid: kind(401, 'The access token is not valid'),
  token_missing: kind(401, 'An access token is missing'),
  unavailable: kind(503, 'The service cannot answer at the moment'),
  username_taken: kind(409, 'The username is taken'),
  validation_failed: kind(400, 'The request is not valid'),
};

/** Every problem that an answer can hold: the closed list of codes. */
export const PROBLEMS = { ...DOMAIN_PROBLEMS, ...EDGE_PROBLEMS };
export type ProblemCode = keyof typeof PROBLEMS;

/** A refusal that only the HTTP edge knows. */
export class EdgeError extends Error {
  override readonly name = 'EdgeError';
  readonly code: keyof typeof EDGE_PROBLEMS;
  constructor(code: keyof typeof EDGE_PROBLEMS, detail: string) {
    super(detail);
    this.code = code;
  }
}
