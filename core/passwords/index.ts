/**
 * Passwords: what may be set, and whether one is right.
 *
 * Holds two promises. A password is compared in the one form in which it was
 * set, all 256 characters of it; and a comparison that cannot succeed takes as
 * long as one that can.
 *
 * @module
 */
export { checkPassword } from './check-password.ts';
export type { PasswordError } from './errors.ts';
export { normalizePassword } from './policy.ts';
export type { CommonPasswords, PasswordHasher } from './ports.ts';
export { hashNewPassword } from './prepare-password.ts';
