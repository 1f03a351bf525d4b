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
  ReauthenticationRequired,
  RefreshTokenInvalid,
  type SessionError,
  SessionRevoked,
  TokenInvalid,
  TokenMissing,
} from './errors.ts';
export {
  FRESH_SECONDS,
  type FreshnessFacts,
  isFresh,
  lacksFactor,
  requireFresh,
  wantsTwoFactors,
} from './freshness.ts';
export {
  type IssuedAccess,
  type IssueTokensDeps,
  issueAccessToken,
  issueTokens,
  type SignedIn,
} from './issue-tokens.ts';
export { createListSessions, type ListSessions } from './list-sessions.ts';
export { createLogOut, type LogOut } from './log-out.ts';
export type { AuthenticationMethod, Session, SessionEndReason, SessionLifetimes } from './model.ts';
export type {
  ContextChange,
  ContextChangeReason,
  ContextRepositories,
  OnContextChanged,
} from './note-context.ts';
export { NOTE_IN_TIME_MS, noteInTime } from './note-in-time.ts';
export type {
  FreshProof,
  LiveSession,
  NewSession,
  RecentSession,
  Rotation,
  RotationOutcome,
  RotationRejection,
  SeenSession,
  SessionAge,
  SessionCheck,
  SessionContext,
  SessionRepository,
  SessionStore,
  StoredSession,
} from './ports.ts';
export { createReadRefreshToken, createRefresh, type Refresh, type RefreshRepositories } from './refresh.ts';
export { REFRESH_SECRET_BYTES, type RefreshToken } from './refresh-token.ts';
export {
  createRememberedSessions,
  REMEMBERED_MAX,
  REMEMBERED_MS,
  type RememberedSessions,
  type RememberedSessionsDeps,
  type SessionKey,
} from './remembered-sessions.ts';
