import { DomainError } from '../kernel/errors.ts';

/** Missing, malformed, forged, unknown, expired, revoked or reused: told alike. */
export class RefreshTokenInvalid extends DomainError {
  readonly code = 'refresh_token_invalid';
  constructor() {
    super('The refresh token is not valid; sign in again');
  }
}

export class TokenMissing extends DomainError {
  readonly code = 'token_missing';
  constructor() {
    super('This route wants an access token in the Authorization header');
  }
}

/** Malformed, forged, or with claims that are not ours. */
export class TokenInvalid extends DomainError {
  readonly code = 'token_invalid';
  constructor() {
    super('The access token is not valid');
  }
}

export class TokenExpired extends DomainError {
  readonly code = 'token_expired';
  constructor() {
    super('The access token has expired; refresh it');
  }
}

/** The token is genuine and in time, but the sign-in behind it has ended. */
export class SessionRevoked extends DomainError {
  readonly code = 'session_revoked';
  constructor() {
    super('The session has ended; sign in again');
  }
}

/** The session is live, but its sign-in is not recent or not strong enough for what was asked (RFC 9470). */
export class ReauthenticationRequired extends DomainError {
  readonly code = 'reauthentication_required';
  /** Whether a second factor was not proved, and is wanted. */
  readonly lacksFactor: boolean;
  constructor(lacksFactor: boolean) {
    super('Prove who you are once more, and make the request again');
    this.lacksFactor = lacksFactor;
  }
}

export type SessionError =
  | RefreshTokenInvalid
  | TokenMissing
  | TokenInvalid
  | TokenExpired
  | SessionRevoked
  | ReauthenticationRequired;
