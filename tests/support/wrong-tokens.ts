import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The key that signs an installation's tokens, and the name under which JWKS has it. */
export type TokenKey = Readonly<{ kid: string; privateKey: KeyObject }>;

export type JudgedTokens = Readonly<{
  /** By what is special about each. An application must take them. */
  good: Readonly<Record<string, string>>;
  /** By what is wrong with each, and nothing else is. An application must refuse them. */
  wrong: Readonly<Record<string, string>>;
}>;

export type JudgedTokensOptions = Readonly<{
  key: TokenKey;
  /** An access token of the application's own tenant, as the server issued it. */
  token: string;
  otherTenant: Readonly<{ id: string; token: string }>;
  refreshToken: string;
}>;

const TYPE = 'at+jwt';

/** Signs like the server does, whatever it is given. `alg` stays ES256 unless the header says otherwise. */
export function signToken(
  { kid, privateKey }: TokenKey,
  claims: JsonObject,
  header: JsonObject = {},
): string {
  const input = signedPart({ alg: 'ES256', kid, typ: TYPE, ...header }, claims);
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** A key of a stranger's, or of the next rotation. */
export function newTokenKey(kid: string): TokenKey {
  return { kid, privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey };
}

/** As JWKS publishes it. */
export function publicJwk({ kid, privateKey }: TokenKey): JsonObject {
  return { kid, alg: 'ES256', use: 'sig', ...createPublicKey(privateKey).export({ format: 'jwk' }) };
}

/** The claims of a token, unverified. */
export function claimsOf(token: string): JsonObject {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as JsonObject;
}

/** Tokens that differ from a good one in one thing each. Those that can be are signed with the right key. */
export function judgedTokens({ key, token, otherTenant, refreshToken }: JudgedTokensOptions): JudgedTokens {
  const claims = claimsOf(token);
  const now = Math.floor(Date.now() / 1000);
  const withClaims = (changed: JsonObject) => signToken(key, { ...claims, ...changed });
  const withHeader = (changed: JsonObject) => signToken(key, claims, changed);
  const [head = '', payload = '', signature = ''] = token.split('.');
  const stranger = newTokenKey(key.kid);
  return {
    good: {
      'as the server issued it': token,
      'signed here with the same key': withClaims({}),
      'expired within the tolerance': withClaims({ exp: now - 15 }),
      'with a claim of a later release': withClaims({ later: true }),
    },
    wrong: {
      'of another tenant': otherTenant.token,
      'of another tenant, with our audience': withClaims({ tid: otherTenant.id }),
      'for another audience': withClaims({ aud: otherTenant.id }),
      'without an audience': withClaims({ aud: undefined }),
      'without a tenant': withClaims({ tid: undefined }),
      'of another issuer': withClaims({ iss: 'https://elsewhere.example.com' }),
      'without an issuer': withClaims({ iss: undefined }),
      'expired beyond the tolerance': withClaims({ exp: now - 60 }),
      'without an expiry': withClaims({ exp: undefined }),
      'without a time of issue': withClaims({ iat: undefined }),
      'without a user': withClaims({ sub: undefined }),
      'without a session': withClaims({ sid: undefined }),
      'of another type': withHeader({ typ: 'JWT' }),
      'without a type': withHeader({ typ: undefined }),
      'without a kid': withHeader({ kid: undefined }),
      'with an unknown kid': signToken(newTokenKey('unknown'), claims),
      'with a critical header that nobody knows': withHeader({ crit: ['later'], later: true }),
      'signed with a stranger’s key under our kid': signToken(stranger, claims),
      'with other claims than were signed': `${head}.${encode({ ...claims, sub: otherTenant.id })}.${signature}`,
      'with another signature': `${head}.${payload}.${flipped(signature)}`,
      'without a signature': `${head}.${payload}.`,
      'of another alg than it was signed with': withHeader({ alg: 'ES384' }),
      'of alg none': `${signedPart({ alg: 'none', kid: key.kid, typ: TYPE }, claims)}.`,
      'of alg none, with a signature': `${signedPart({ alg: 'none', kid: key.kid, typ: TYPE }, claims)}.${signature}`,
      ...hmacTokens(key, claims),
      'a refresh token': refreshToken,
      'no token at all': 'a.b.c',
      'an empty text': '',
    },
  };
}

/** The public key as the secret of an HMAC, in each of the forms in which a library may take it. */
function hmacTokens({ kid, privateKey }: TokenKey, claims: JsonObject): Readonly<Record<string, string>> {
  const publicKey = createPublicKey(privateKey);
  const secrets = {
    PEM: publicKey.export({ type: 'spki', format: 'pem' }),
    DER: publicKey.export({ type: 'spki', format: 'der' }),
    JWK: JSON.stringify(publicJwk({ kid, privateKey })),
  };
  const input = signedPart({ alg: 'HS256', kid, typ: TYPE }, claims);
  return Object.fromEntries(
    Object.entries(secrets).map(([form, secret]) => [
      `of alg HS256 with our public key as its secret, as ${form}`,
      `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`,
    ]),
  );
}

function signedPart(header: JsonObject, claims: JsonObject): string {
  return `${encode(header)}.${encode(claims)}`;
}

function encode(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function flipped(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
  return bytes.toString('base64url');
}
