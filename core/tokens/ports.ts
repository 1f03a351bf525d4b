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
  /** `next` is published and signs nothing yet; `active` signs; `retired` still verifies, for a while. */
  state: 'next' | 'active' | 'retired';
  publicJwk: PublicJwk;
  /** The PKCS #8 private key in a secret box that belongs to this `kid`; `null` once it was erased. */
  sealedPrivateKey: Uint8Array | null;
}>;

/** What has become of a key, as its store tells. Ages are by the store's clock. */
export type SigningKeyRecord = Readonly<{
  key: SigningKey;
  createdAt: Date;
  /** Since when it signs; `null` for one that never did. */
  activatedAt: Date | null;
  /** Since when it signs no more, or never will. */
  retiredAt: Date | null;
  /** From when on nothing verifies with it; `null` while that is not decided. */
  expiresAt: Date | null;
  /** Whether that moment has passed. */
  isExpired: boolean;
  /** For how long it has been among the published keys. */
  publishedSeconds: number;
  /** For how long it has signed; `null` for one that never did. */
  signingSeconds: number | null;
  /** Whether somebody asked for it to sign before the schedule would have it. */
  isAskedFor: boolean;
}>;

/**
 * Keys of all tenants, of which at most one is `active` and at most one `next`.
 *
 * Whoever changes what is there holds the installation lock of the tenant
 * `platform`. Every change is told to all processes as a revocation of the kind
 * `signing_keys`. Changes name the state that they start from: a key that is in
 * another stays as it is.
 */
export interface SigningKeyRepository {
  insert(key: SigningKey): Promise<void>;

  /** All that may still verify a live token, the newest first. */
  list(): Promise<readonly SigningKey[]>;

  /** All that there ever were, the newest first. */
  records(): Promise<readonly SigningKeyRecord[]>;

  /** Lets the `next` key of this id sign from now on. There must be no `active` one. */
  activate(kid: string): Promise<void>;

  /** Marks the `next` key of this id as asked for before its time. */
  askFor(kid: string): Promise<void>;

  /**
   * Lets a key sign no more, in whatever state, and verify for so many seconds
   * more, never longer than it would have. With 0 its private half is erased.
   */
  retire(kid: string, verifiesForSeconds: number): Promise<void>;

  /** Erases the private halves of those that verify nothing any more. */
  eraseExpired(): Promise<void>;

  /** Puts `box` in the place of the private half's `old` one, unless another is there by now. */
  replaceBox(kid: string, old: Uint8Array, box: Uint8Array): Promise<boolean>;
}

/** Makes pairs of keys, and knows the boxes in which their private halves are kept. */
export interface SigningKeyFactory {
  /** A new pair in state `active`; who wants a successor stores it as `next`. */
  generate(algorithm: JwtAlgorithm): Promise<SigningKey>;

  /** Whether the private half can be had: it is there, and a secret at hand opens it. */
  canOpen(key: SigningKey): boolean;

  /** Whether the private half is in a box that another secret than the newest sealed. */
  isOutdated(key: SigningKey): boolean;

  /**
   * The private half in a box that the newest secret seals.
   *
   * @throws {SecretUnreadable} it cannot be had
   */
  reseal(key: SigningKey): Uint8Array;
}

/** Signs access tokens and checks signatures, with the keys it was last given. */
export interface AccessTokens {
  /**
   * The signed token (RFC 9068: `typ` is `at+jwt`).
   *
   * @throws {Unavailable} no key was given yet, or the active one's private half cannot be had
   */
  sign(claims: AccessTokenClaims): string;

  /** Whether {@link AccessTokens.sign} could sign at this moment. */
  canSign(): boolean;

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
   * An active key that signed here before goes on signing, whatever its box is
   * by now.
   *
   * @returns `false` where there is an active key whose private half cannot be
   *   had: everything is verified and published, and nothing is signed
   */
  use(keys: readonly SigningKey[]): boolean;
}
