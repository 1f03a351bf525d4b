import type { ErrorCode } from '../../../core/errors.ts';
import type { ProblemKind } from './kind.ts';

const NEW_LINK = 'Ask for a new link.';

/** One status, title and explanation for every error of the domain. Leaving one out does not compile. */
export const DOMAIN_PROBLEMS: Readonly<Record<ErrorCode, ProblemKind>> = {
  account_locked: {
    status: 429,
    title: 'Locked after too many wrong attempts',
    meaning:
      'Too many wrong passwords were given. A name that nobody has is locked in the same way, so this does not tell whether there is an account.',
    remedy:
      'Wait; until then the right password is refused too. In a browser on which the user signed in before, wrong passwords from elsewhere lock nobody out.',
    retry: 'later',
  },
  audience_not_allowed: {
    status: 422,
    title: 'The audience is not the tenant’s own',
    meaning: 'Tokens that name somebody else as their audience would be taken there for its own.',
    remedy:
      'Give the tenant’s id. This release cannot verify a domain, so nothing else shows to be the tenant’s.',
    retry: 'no',
  },
  code_invalid: {
    status: 401,
    title: 'The code is not right',
    meaning:
      'A code, or what a passkey answered, is wrong, too old or used before, or the account has nothing that makes such. It counts as a wrong attempt.',
    remedy: '`POST /auth/reauthenticate/options` tells what the account has. Let the user try that.',
    retry: 'no',
  },
  cursor_invalid: {
    status: 400,
    title: 'The cursor is not valid',
    meaning: 'What came as `cursor` is not what a page of this list gave as `next_cursor`.',
    remedy: 'Send `next_cursor` as it was given, or begin again without a cursor.',
    retry: 'no',
  },
  email_already_registered: {
    status: 409,
    title: 'The address has an account',
    meaning: 'An account of this tenant has the address already. Nothing was changed or spent.',
    remedy: 'Sign in with it instead.',
    retry: 'no',
  },
  email_not_verified: {
    status: 403,
    title: 'The address is not verified',
    meaning: 'The password is right, but the tenant wants an address to be confirmed and this one is not.',
    remedy:
      'Follow the link that was mailed, or ask for another one at `POST /auth/email/resend-verification`.',
    retry: 'no',
  },
  invalid_credentials: {
    status: 401,
    title: 'The sign-in details are not right',
    meaning:
      'The name or the password is wrong, or the account cannot sign in. An unknown name, a wrong password and an account that is suspended, deleted or yet to be confirmed are answered alike.',
    remedy:
      'Let the user enter both again, and remind them of the link in their mailbox. Several wrong attempts lock the name.',
    retry: 'no',
  },
  link_expired: {
    status: 410,
    title: 'The link has expired',
    meaning: 'The link is genuine, and too old.',
    remedy: NEW_LINK,
    retry: 'no',
  },
  link_invalid: {
    status: 400,
    title: 'The link is not valid',
    meaning:
      'The token is malformed, forged or made for something else, or its link ended so long ago that it is forgotten.',
    remedy: `Send all of what stands behind \`#token=\`. Where that was so: ${NEW_LINK.toLowerCase()}`,
    retry: 'no',
  },
  link_used: {
    status: 410,
    title: 'The link was used',
    meaning: 'The link was used before, or what it was for has come about in another way.',
    remedy: `Sign in: most likely all is done. Otherwise ${NEW_LINK.toLowerCase()}`,
    retry: 'no',
  },
  not_found: {
    status: 404,
    title: 'There is no such thing',
    meaning:
      'Nothing of this tenant and this caller goes by the id. What is somebody else’s is answered alike.',
    remedy:
      'Take a session’s id from `session.id` of a sign-in or of `GET /auth/me`; what it named may have ended meanwhile.',
    retry: 'no',
  },
  password_required: {
    status: 409,
    title: 'The password is wanted too',
    meaning:
      'Several registrations of the address are open, so the link alone does not tell whose it is. Nothing was spent.',
    remedy: 'Send the password that was chosen with this very registration beside the token.',
    retry: 'no',
  },
  password_too_common: {
    status: 422,
    title: 'The password is too common',
    meaning:
      'It is among the passwords that are tried first, or little more than a name or address of the user.',
    remedy: 'Let the user choose another one.',
    retry: 'no',
  },
  password_too_long: {
    status: 422,
    title: 'The password is too long',
    meaning: 'It has more characters than the tenant’s policy allows.',
    remedy:
      'Let the user choose a shorter one. `GET /auth/config` tells the policy; no password is ever cut.',
    retry: 'no',
  },
  password_too_short: {
    status: 422,
    title: 'The password is too short',
    meaning: 'It has fewer characters than the tenant’s policy wants.',
    remedy: 'Let the user choose a longer one. `GET /auth/config` tells the policy.',
    retry: 'no',
  },
  password_too_weak: {
    status: 422,
    title: 'The password is too weak',
    meaning: 'It lacks a kind of character that the tenant’s policy wants; `detail` names which.',
    remedy: 'Let the user add one. `GET /auth/config` tells the policy.',
    retry: 'no',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    meaning:
      'Too many requests came from one network address or for one name, or guesses that are still being compared take the last places.',
    remedy:
      'Go on more slowly: `RateLimit-Remaining` and `RateLimit-Reset` tell how much is left, and until when.',
    retry: 'later',
  },
  reauthentication_required: {
    status: 401,
    title: 'A fresh sign-in is wanted',
    meaning:
      'The session is live, but its user proved who they are too long ago for this, with too few factors, or is asked to do so once more for another reason. `WWW-Authenticate` tells what is wanted (RFC 9470): at most `max_age` seconds, and two factors where it has `acr_values`.',
    remedy:
      'Let the user prove who they are at `POST /auth/reauthenticate`, and make the request again with the access token that it answers.',
    retry: 'no',
  },
  refresh_token_invalid: {
    status: 401,
    title: 'The refresh token is not valid',
    meaning:
      'The refresh token is missing, malformed, forged, unknown, expired, revoked or used before, or came in more than one cookie. The cookie is cleared.',
    remedy: 'Sign in again, and use each refresh token once.',
    retry: 'no',
  },
  session_revoked: {
    status: 401,
    title: 'The session has ended',
    meaning: 'The access token is genuine and in time, but its user signed out, or may not sign in any more.',
    remedy: 'Sign in again; to refresh does not help.',
    retry: 'no',
  },
  signup_closed: {
    status: 403,
    title: 'Sign-up is closed',
    meaning: 'Nobody registers at this tenant by themselves.',
    remedy: 'Ask an administrator of the tenant for an invitation.',
    retry: 'no',
  },
  tenant_mismatch: {
    status: 403,
    title: 'The credential is of another tenant',
    meaning:
      'The token or link belongs to another tenant than the one that `X-Tenant` names. Nothing was spent, and it counts as no wrong attempt.',
    remedy: 'Leave `X-Tenant` out: every credential names its tenant itself.',
    retry: 'no',
  },
  tenant_not_found: {
    status: 404,
    title: 'There is no such tenant',
    meaning:
      '`X-Tenant` is neither the slug nor the id of a tenant, or it is missing and there is no default tenant.',
    remedy: 'Send the slug or the id of the tenant as `X-Tenant`.',
    retry: 'no',
  },
  tenant_slug_taken: {
    status: 409,
    title: 'The slug is taken',
    meaning: 'Another tenant has this slug.',
    remedy: 'Choose another one.',
    retry: 'no',
  },
  tenant_suspended: {
    status: 403,
    title: 'The tenant is suspended',
    meaning: 'Nobody of this tenant is served until it is restored.',
    remedy: 'Ask whoever runs the service.',
    retry: 'no',
  },
  token_expired: {
    status: 401,
    title: 'The access token has expired',
    meaning: 'The access token is genuine, and its time is over.',
    remedy: 'Get the next one at `POST /auth/refresh`, and make the request again with it.',
    retry: 'no',
  },
  token_invalid: {
    status: 401,
    title: 'The access token is not valid',
    meaning: 'The access token is malformed, forged, of another service, or holds claims that are not ours.',
    remedy: 'Send the access token as it was given, or sign in again.',
    retry: 'no',
  },
  token_missing: {
    status: 401,
    title: 'An access token is missing',
    meaning: 'The route wants to know who asks.',
    remedy: 'Send the access token as `Authorization: Bearer`.',
    retry: 'no',
  },
  unavailable: {
    status: 503,
    title: 'The service cannot answer at the moment',
    meaning:
      'A backend is away, the service is starting, or there is more to do than can be done in time. Nothing was refused on its merits; a right password is never told to be wrong for this.',
    remedy:
      'Wait longer from try to try. Where the connection to the database broke at the very end, a change may have been made all the same: look before you repeat it.',
    retry: 'later',
  },
  username_taken: {
    status: 409,
    title: 'The username is taken',
    meaning: 'Somebody at this tenant has the username.',
    remedy: 'Let the user choose another one.',
    retry: 'no',
  },
  validation_failed: {
    status: 400,
    title: 'The request is not valid',
    meaning:
      'Fields are missing, unknown, of a wrong type or out of their range. `errors` names each of them.',
    remedy: 'Correct what `errors` points to: each entry has a JSON Pointer and a reason.',
    retry: 'no',
  },
};
