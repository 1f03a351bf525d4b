import type { AccessTokenClaims } from './access-token.ts';

export type JwtAlgorithm = 'ES256' | 'EdDSA' | 'RS256';

/** A public key as JWKS publishes it (RFC 7517), private parts never among its members. */
export type PublicJwk = Readonly<
  { kid: string; kty: string; alg: string; use: 'sig' } & Record<string, unknown>
>;

/** A pair of keys that signs access tokens, its private half sealed. */
export type SigningKey = Readonly<{
  kid: string;
  algorithm: JwtAlgorithm;
  state: 'next' | 'active' | 'retired';
  publicJwk: PublicJwk;
  /** The PKCS #8 private key in a secret box that belongs to this `kid`. */
  sealedPrivateKey: Uint8Array;
}>;

/** Keys of all tenants. */
export interface SigningKeyRepository {
  insert(key: SigningKey): Promise<void>;
  /** All that may still verify a live token, the newest first. */
  list(): Promise<readonly SigningKey[]>;
}

/** Makes a new pair of keys. */
export interface SigningKeyFactory {
  generate(algorithm: JwtAlgorithm): Promise<SigningKey>;
}

/** Signs access tokens and checks signatures, with the keys it was last given. */
export interface AccessTokens {
  /**
   * The signed token (RFC 9068: `typ` is `at+jwt`).
   *
   * @throws {Unavailable} no key was given yet
   */
  sign(claims: AccessTokenClaims): string;

  /**
   * The payload of a token that one of our keys signed, or `null`: another
   * `typ` or algorithm, an unknown `kid`, any `crit`, a wrong signature.
   * Says nothing about its claims.
   *
   * @throws {Unavailable} no key was given yet
   */
  open(token: string): Readonly<Record<string, unknown>> | null;

  /** The public keys, and a tag that changes when they do. `null` before any key was given. */
  jwks(): { readonly keys: readonly PublicJwk[]; readonly etag: string } | null;

  /**
   * Takes these keys and forgets all others, and whatever was verified with them.
   *
   * @throws {SecretUnreadable} the private key of the active one cannot be opened
   */
  use(keys: readonly SigningKey[]): void;
}
