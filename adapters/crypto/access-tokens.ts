import { createHash, createPrivateKey } from 'node:crypto';
import { createSigner, createVerifier, TokenError } from 'fast-jwt';
import { LRUCache } from 'lru-cache';
import { Unavailable } from '../../core/kernel/errors.ts';
import { type SecretBox, SecretUnreadable } from '../../core/kernel/ports.ts';
import type {
  AccessTokenClaims,
  AccessTokens,
  JwtAlgorithm,
  PublicJwk,
  SigningKey,
} from '../../core/tokens/index.ts';
import { fromPublicJwk, openPrivateKey, toPublicJwk } from './signing-keys.ts';

const TYPE = 'at+jwt'; // RFC 9068, section 2.1
/** The longest text that is looked at as an access token, in characters. */
export const TOKEN_LENGTH_MAX = 8 * 1024;
const MEMO_MAX = 10_000;
/** Three parts in the base64url alphabet (RFC 7515, section 7.1). */
const COMPACT_FORM = /^[\w-]+\.[\w-]+\.[\w-]+$/;

type Payload = Readonly<Record<string, unknown>>;
type Signer = Readonly<{ kid: string; sign: (claims: AccessTokenClaims) => string }>;
type Verifier = Readonly<{ algorithm: JwtAlgorithm; verify: (token: string) => Payload }>;

/** All that one set of keys gives; made whole or not at all. */
type KeySet = Readonly<{
  /** `null` where there is no active key, or its private half cannot be had. */
  signer: Signer | null;
  verifiers: ReadonlyMap<string, Verifier>;
  jwks: Readonly<{ keys: readonly PublicJwk[]; etag: string }>;
}>;

export type AccessTokensOptions = Readonly<{
  /** Opens the private key of the active signing key. */
  box: SecretBox;
  /** How many verified tokens are remembered. Default is 10,000. */
  memoMax?: number;
}>;

/**
 * Access tokens as JWS in compact form (RFC 7515), signed and checked by fast-jwt.
 *
 * Each key signs and checks with its one algorithm (RFC 8725, section 3.1). A
 * token that was good once is remembered by its whole text until the keys
 * change, and costs a look-up from then on; a bad one is never remembered.
 * Tokens over 8 KiB are refused unread.
 */
export function createAccessTokens({ box, memoMax = MEMO_MAX }: AccessTokensOptions): AccessTokens {
  const memo = new LRUCache<string, Payload>({ max: memoMax });
  let keySet: KeySet | null = null;

  return {
    sign(claims) {
      if (!keySet?.signer) throw new Unavailable();
      return keySet.signer.sign(claims);
    },

    canSign: () => Boolean(keySet?.signer),

    open(token) {
      if (!keySet) throw new Unavailable();
      if (token.length > TOKEN_LENGTH_MAX) return null;
      const known = memo.get(token);
      if (known) return known;
      const payload = verify(keySet.verifiers, token);
      if (payload) memo.set(token, payload);
      return payload;
    },

    jwks: () => keySet?.jwks ?? null,

    use(keys) {
      const active = keys.find(({ state }) => state === 'active') ?? null;
      const signer = active && makeSigner(active, box, keySet?.signer ?? null);
      keySet = keys.length > 0 ? makeKeySet(keys, signer) : null;
      memo.clear();
      return active === null || signer !== null;
    },
  };
}

function makeKeySet(keys: readonly SigningKey[], signer: Signer | null): KeySet {
  const published = keys.map(({ kid, algorithm, publicJwk }) =>
    // Made anew, for a row in jsonb comes back in another order: the tag must be the same in every process.
    Object.freeze(toPublicJwk(fromPublicJwk(publicJwk), kid, algorithm)),
  );
  const etag = `"${createHash('sha256').update(JSON.stringify(published)).digest('base64url')}"`;
  return {
    signer,
    verifiers: new Map(keys.map((key) => [key.kid, makeVerifier(key)])),
    jwks: Object.freeze({ keys: Object.freeze(published), etag }),
  };
}

/**
 * What signs with the active key. Where its box cannot be opened, that of `before` if it is the same key: a kid is the
 * thumbprint of its key, and one that was sealed anew under a secret that this process does not know is the same one.
 */
function makeSigner(key: SigningKey, box: SecretBox, before: Signer | null): Signer | null {
  try {
    return { kid: key.kid, sign: makeSign(key, openPrivateKey(key, box)) };
  } catch (error) {
    if (!(error instanceof SecretUnreadable)) throw error;
    return before?.kid === key.kid ? before : null;
  }
}

function makeSign({ kid, algorithm }: SigningKey, pkcs8: Uint8Array): Signer['sign'] {
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), type: 'pkcs8', format: 'der' });
  return createSigner<AccessTokenClaims>({
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    algorithm,
    header: { alg: algorithm, kid, typ: TYPE },
  });
}

function makeVerifier({ algorithm, publicJwk }: SigningKey): Verifier {
  const verify = createVerifier<string>({
    key: fromPublicJwk(publicJwk).export({ type: 'spki', format: 'pem' }),
    algorithms: [algorithm],
    checkTyp: TYPE,
    cache: false,
    // Claims are judged by core, each time: a remembered token grows old.
    ignoreExpiration: true,
    ignoreNotBefore: true,
  });
  return { algorithm, verify };
}

function verify(verifiers: ReadonlyMap<string, Verifier>, token: string): Payload | null {
  if (!COMPACT_FORM.test(token)) return null;
  const header = readHeader(token.slice(0, token.indexOf('.')));
  const verifier = verifiers.get(header?.kid ?? '');
  if (!verifier || header?.alg !== verifier.algorithm) return null;
  // A last character with stray bits spells the same signature: one token, one text.
  if (!isCanonical(token.slice(token.lastIndexOf('.') + 1))) return null;
  try {
    return deepFreeze(verifier.verify(token));
  } catch (error) {
    if (error instanceof TokenError) return null;
    throw error;
  }
}

type Header = Readonly<{ alg: string; kid: string }>;

/** The header of what may be an access token of ours (RFC 9068, section 2.1), or `null`. */
function readHeader(text: string): Header | null {
  const header = parseObject(Buffer.from(text, 'base64url').toString());
  if (!header || 'crit' in header) return null;
  const { alg, kid, typ } = header;
  return typeof alg === 'string' && typeof kid === 'string' && typ === TYPE ? { alg, kid } : null;
}

function parseObject(json: string): Payload | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}

/** Freezes a value that came from JSON, so it is a tree and of no great depth. */
function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}
