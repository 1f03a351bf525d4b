/**
 * Sessions: who is signed in where, and the refresh tokens that keep them so.
 *
 * Holds three promises. A refresh token is spent once, however many requests
 * carry it at the same moment. A copy of one that comes back out of turn ends
 * its session. A session that has ended never works again.
 *
 * @module
 */
export { type Authenticate, createAuthenticate, type TokenUse } from './authenticate.ts';
export {
  createEndSessions,
  type EndSessions,
  type EndSessionsRepositories,
  type SessionOwner,
  sessionEnded,
} from './end-sessions.ts';
export {
  RefreshTokenInvalid,
  type SessionError,
  TokenInvalid,
  TokenMissing,
} from './errors.ts';
export { type IssueTokensDeps, issueTokens, type SignedIn } from './issue-tokens.ts';
export type { AuthenticationMethod, Session, SessionEndReason, SessionLifetimes } from './model.ts';
export type {
  LiveSession,
  NewSession,
  Rotation,
  RotationOutcome,
  RotationRejection,
  SessionCheck,
  SessionRepository,
  SessionStore,
} from './ports.ts';
export { createReadRefreshToken, createRefresh, type Refresh, type RefreshRepositories } from './refresh.ts';
export { REFRESH_SECRET_BYTES, type RefreshToken } from './refresh-token.ts';
