/**
 * Sign-in: how a proved identity becomes a session.
 *
 * Holds one promise: {@link completeSignIn} is the only way to begin a
 * session, and it alone reads whether the account may have one.
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
