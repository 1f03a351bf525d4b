/**
 * Tokens: the short-lived access tokens that tenant applications verify on their own.
 *
 * Holds one promise: what verifies here was signed by one of our own keys,
 * with that key's one algorithm, as an access token for exactly one tenant.
 *
 * @module
 */
export { type AccessTokenClaims, judgeClaims, type TokenSubject, type TokenVerdict } from './access-token.ts';
export { ensureSigningKey, type SigningKeyRepositories } from './ensure-signing-key.ts';
export type {
  AccessTokens,
  JwtAlgorithm,
  PublicJwk,
  SigningKey,
  SigningKeyFactory,
  SigningKeyRepository,
} from './ports.ts';
