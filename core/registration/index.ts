/**
 * Registration: how somebody comes to have an account, and proves its address.
 *
 * Holds two promises. While addresses must be verified, nothing exists that
 * could block an address until its own link is used. And from outside nobody
 * can tell whether an address has an account.
 *
 * @module
 */
export { contextWordsOf } from './context-words.ts';
export type { RegistrationError } from './errors.ts';
export { type MakeAccountRepositories, makeVerifiedAccount } from './make-account.ts';
export type { OpenRegistration } from './model.ts';
export type { OpenRegistrationRepository } from './ports.ts';
export {
  createRegister,
  type Register,
  type RegistrationDeps,
  type RegistrationRepositories,
  type RegistrationRequest,
} from './register.ts';
export { createResendVerification, type ResendVerification } from './resend-verification.ts';
export { createVerifyEmail, type VerifyEmail, type VerifyEmailRequest } from './verify-email.ts';
