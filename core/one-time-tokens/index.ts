/**
 * One-time tokens: links and codes that work once.
 *
 * Holds one promise: whatever a link grants, it grants to one caller, once,
 * in the same transaction that spends it.
 *
 * @module
 */
export { LinkInvalid, LinkUsed, type OneTimeTokenError } from './errors.ts';
export { createFindLink, type FindLink } from './find-link.ts';
export type { OneTimeToken } from './model.ts';
export { consumeOrThrow, refuseUnlessLive } from './open-link.ts';
export type { NewOneTimeToken, OneTimeTokenRepository } from './ports.ts';
