/**
 * Tokens: the short-lived access tokens that tenant applications verify on their own, and the keys that sign them.
 *
 * Holds two promises: what verifies here was signed by one of our own keys,
 * with that key's one algorithm, as an access token for exactly one tenant; and
 * no key signs on schedule before everybody who verifies can know it.
 *
 * @module
 */
export { type AccessTokenClaims, judgeClaims, type TokenSubject, type TokenVerdict } from './access-token.ts';
export { ensureSigningKey, type SigningKeyRepositories } from './ensure-signing-key.ts';
export { createKeepKeys, type KeepKeys } from './keep-keys.ts';
export { type KeyChanger, type KeyDeps, type KeyRepositories, reencrypted } from './key-changes.ts';
export { createListKeys, type ListedKey, type ListKeys } from './list-keys.ts';
export type {
  AccessTokens,
  JwtAlgorithm,
  PublicJwk,
  SigningKey,
  SigningKeyFactory,
  SigningKeyRecord,
  SigningKeyRepository,
} from './ports.ts';
export { createResealKeys, type ResealKeys } from './reseal-keys.ts';
export { createRetireKey, type RetireKey } from './retire-key.ts';
export { createRotateKeys, type RotateKeys, type Rotation } from './rotate-keys.ts';
export {
  activatesAt,
  decideRotation,
  JWKS_LIFETIME_SECONDS,
  keysInForce,
  PUBLISHED_FIRST_SECONDS,
  ROTATE_AFTER_SECONDS,
  type RotationStep,
  verifiesForSeconds,
} from './rotation.ts';
