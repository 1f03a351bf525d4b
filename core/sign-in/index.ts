/**
 * Sign-in: how a proved identity becomes a session.
 *
 * Holds two promises. {@link completeSignIn} is the only way to begin a
 * session, and it alone reads whether the account may have one. And whatever is
 * remarkable about a session is told in the transaction in which it was seen.
 *
 * @module
 */
export {
  type CompleteSignInDeps,
  completeSignIn,
  type PresentedDevice,
  type ProvedIdentity,
  type SignInCompleted,
  type SignInOutcome,
  type SignInRepositories,
} from './complete-sign-in.ts';
export { EmailNotVerified, InvalidCredentials, type SignInError } from './errors.ts';
export { createLogin, type Login, type LoginRequest } from './login.ts';
export type { CredentialLookup, StoredCredential } from './ports.ts';
export {
  createReauthenticate,
  type FreshSignIn,
  type Reauthenticate,
  type ReauthenticationRequest,
} from './reauthenticate.ts';
export { SECOND_FACTOR_LIMIT } from './reauthentication-keys.ts';
export {
  createReauthenticationMethods,
  type ReauthenticationMethod,
  type ReauthenticationMethods,
} from './reauthentication-methods.ts';
export { createWatchRefreshes } from './watch-refreshes.ts';
