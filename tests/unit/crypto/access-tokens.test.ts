import { constants, createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAccessTokens } from '../../../adapters/crypto/access-tokens.ts';
import { createSecretBox } from '../../../adapters/crypto/secret-box.ts';
import { createSigningKeyFactory, openPrivateKey } from '../../../adapters/crypto/signing-keys.ts';
import { Unavailable } from '../../../core/kernel/errors.ts';
import type { JwtAlgorithm, SigningKey } from '../../../core/tokens/index.ts';
import { accessTokensContract, CLAIMS } from '../../contracts/access-tokens.contract.ts';

const box = createSecretBox(['the secret key']);
const factory = createSigningKeyFactory({ box });

accessTokensContract(() => ({ tokens: createAccessTokens({ box }), factory }));

const BASE64URL = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function privateKeyOf(key: SigningKey): KeyObject {
  const der = Buffer.from(openPrivateKey(key, box));
  return createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
}

const DIGESTS: Readonly<Record<string, string | null>> = { EdDSA: null, ES384: 'sha384', RS384: 'sha384' };

/** A token with any header and payload that is nevertheless genuinely signed by `key`, as `alg` says where it can. */
function forge(
  key: SigningKey,
  header: Readonly<Record<string, unknown>> & { readonly alg: string },
  payload: unknown = CLAIMS,
): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const isEdwards = key.algorithm === 'EdDSA';
  const isPss = key.algorithm === 'RS256' && header.alg.startsWith('PS');
  const digest = isEdwards ? null : (DIGESTS[header.alg] ?? 'sha256');
  const signature = sign(digest, Buffer.from(input), {
    key: privateKeyOf(key),
    dsaEncoding: 'ieee-p1363',
    ...(isPss && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }),
  });
  return `${input}.${signature.toString('base64url')}`;
}

async function setUp(algorithm: JwtAlgorithm = 'ES256') {
  const key = await factory.generate(algorithm);
  const tokens = createAccessTokens({ box });
  tokens.use([key]);
  const header = { alg: algorithm, typ: 'at+jwt', kid: key.kid };
  return { key, tokens, header };
}

describe('opening a token', () => {
  it.each([
    'ES256',
    'EdDSA',
    'RS256',
  ] as const)('takes a forged one of %s that has the right header', async (algorithm) => {
    const { key, tokens, header } = await setUp(algorithm);

    expect(tokens.open(forge(key, header))).toEqual(CLAIMS);
  });

  it.each(['none', 'None', 'NONE', ''])('refuses alg %j, signed or not', async (alg) => {
    const { key, tokens, header } = await setUp();
    const signed = forge(key, { ...header, alg });
    const unsigned = signed.slice(0, signed.lastIndexOf('.'));

    expect(tokens.open(signed)).toBeNull();
    expect(tokens.open(`${unsigned}.`)).toBeNull();
    expect(tokens.open(unsigned)).toBeNull();
    expect(tokens.open(`${unsigned}.AA`)).toBeNull();
  });

  it.each([
    'ES256',
    'EdDSA',
    'RS256',
  ] as const)('refuses HS256 under the public %s key', async (algorithm) => {
    const { key, tokens, header } = await setUp(algorithm);
    const publicKey = createPublicKey(privateKeyOf(key));
    const input = `${encode({ ...header, alg: 'HS256' })}.${encode(CLAIMS)}`;
    const secrets = [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(tokens.jwks()?.keys[0]),
      JSON.stringify(tokens.jwks()),
    ];

    for (const secret of secrets) {
      const signature = createHmac('sha256', secret).update(input).digest('base64url');
      expect(tokens.open(`${input}.${signature}`)).toBeNull();
    }
  });

  it.each([
    'ES384',
    'EdDSA',
    'RS256',
    'PS256',
    'HS256',
  ])("refuses alg %s: it is not the key's own", async (alg) => {
    const { key, tokens, header } = await setUp('ES256');

    expect(tokens.open(forge(key, { ...header, alg }))).toBeNull();
  });

  it.each(['RS384', 'PS256', 'ES256'])('refuses alg %s of an RS256 key', async (alg) => {
    const { key, tokens, header } = await setUp('RS256');

    expect(tokens.open(forge(key, { ...header, alg }))).toBeNull();
  });

  it('refuses the kid of another of our keys', async () => {
    const [one, two] = [await factory.generate('ES256'), await factory.generate('ES256')];
    const tokens = createAccessTokens({ box });
    tokens.use([one, { ...two, state: 'retired' }]);

    expect(tokens.open(forge(one, { alg: 'ES256', typ: 'at+jwt', kid: two.kid }))).toBeNull();
    expect(tokens.open(forge(two, { alg: 'ES256', typ: 'at+jwt', kid: two.kid }))).toEqual(CLAIMS);
  });

  it.each([
    'unknown',
    '',
    '__proto__',
    'constructor',
    null,
    7,
    ['kid'],
    undefined,
  ])('refuses the kid %j', async (kid) => {
    const { key, tokens, header } = await setUp();

    expect(tokens.open(forge(key, { ...header, kid }))).toBeNull();
  });

  it.each([
    ['exp'],
    ['b64'],
    ['urn:unknown'],
    [],
    null,
    '',
    false,
    0,
  ])('refuses the crit header %j', async (crit) => {
    const { key, tokens, header } = await setUp();

    expect(tokens.open(forge(key, { ...header, crit, b64: true, 'urn:unknown': 1 }))).toBeNull();
  });

  it.each([
    'JWT',
    'at+JWT',
    'application/at+jwt',
    'id_token',
    '',
    null,
    undefined,
    ['at+jwt'],
  ])('refuses the typ %j', async (typ) => {
    const { key, tokens, header } = await setUp();

    expect(tokens.open(forge(key, { ...header, typ }))).toBeNull();
  });

  it('does not care for a key that the token brings along', async () => {
    const { tokens, header } = await setUp();
    const stranger = await factory.generate('ES256');

    const jwk = { ...stranger.publicJwk, kid: header.kid };
    expect(tokens.open(forge(stranger, { ...header, jwk }))).toBeNull();
    expect(tokens.open(forge(stranger, header))).toBeNull();
  });

  it('refuses another payload under an old signature, even after it has opened the real one', async () => {
    const { tokens } = await setUp();
    const token = tokens.sign(CLAIMS);
    expect(tokens.open(token)).toEqual(CLAIMS);
    const [head, , signature] = token.split('.');

    const altered = `${head}.${encode({ ...CLAIMS, roles: ['owner'] })}.${signature}`;

    expect(tokens.open(altered)).toBeNull();
  });

  it('refuses every token with one character changed', async () => {
    const { tokens } = await setUp();
    const token = tokens.sign(CLAIMS);
    expect(tokens.open(token)).toEqual(CLAIMS);

    for (let index = 0; index < token.length; index += 1) {
      const other = token[index] === 'A' ? 'B' : 'A';
      const altered = token.slice(0, index) + other + token.slice(index + 1);
      expect(tokens.open(altered), `character ${index}`).toBeNull();
    }
  });

  // 86 characters carry 516 bits, a signature has 512: sixteen texts would spell the same one.
  it.each([
    'ES256',
    'EdDSA',
    'RS256',
  ] as const)('takes only one spelling of an %s signature', async (algorithm) => {
    const { tokens } = await setUp(algorithm);
    const token = tokens.sign(CLAIMS);

    const accepted = BASE64URL.filter((last) => tokens.open(token.slice(0, -1) + last) !== null);

    expect(accepted).toEqual([token.at(-1)]);
  });

  it.each([
    (token: string) => `${token}=`,
    (token: string) => `${token}==`,
    (token: string) => `${token}\n`,
    (token: string) => ` ${token}`,
    (token: string) => `${token}.`,
    (token: string) => `${token}.AAAA`,
    (token: string) => `${token}A`,
    (token: string) => `${token}AAAA`,
    (token: string) => `.${token}`,
    (token: string) => token.replace('.', '..'),
    (token: string) => token.replace('.', '=.'),
    (token: string) => token.replaceAll('.', ' . '),
    (token: string) => token.slice(0, -1),
    (token: string) => `Bearer ${token}`,
  ])('refuses a genuine token with trimmings: %s', async (trim) => {
    const { tokens } = await setUp();

    expect(tokens.open(trim(tokens.sign(CLAIMS)))).toBeNull();
  });

  it.each([
    '',
    '.',
    '..',
    'a.b.c',
    'e30.e30.',
    'e30.e30.e30',
    'bnVsbA.e30.AA',
    'W10.W10.W10',
    '\0.\0.\0',
    'é.é.é',
  ])('refuses what is no token: %j', async (text) => {
    const { tokens } = await setUp();

    expect(tokens.open(text)).toBeNull();
  });

  it.each([
    [[1, 2]],
    ['text'],
    [null],
    [7],
  ])('refuses a signed payload that is no object: %j', async (payload) => {
    const { key, tokens, header } = await setUp();

    expect(tokens.open(forge(key, header, payload))).toBeNull();
  });

  it('leaves every claim to be judged elsewhere, whatever it is', async () => {
    const { key, tokens, header } = await setUp();
    const payload = { exp: 'never', iat: -1, nbf: 9_999_999_999, aud: null };

    expect(tokens.open(forge(key, header, payload))).toEqual(payload);
  });

  it('refuses a genuine token of more than 8 KiB', async () => {
    const { tokens } = await setUp();
    const withLengthOf = (length: number) => tokens.sign({ ...CLAIMS, roles: ['r'.repeat(length)] });

    expect(withLengthOf(9000).length).toBeGreaterThan(8192);
    expect(tokens.open(withLengthOf(9000))).toBeNull();
    expect(withLengthOf(5000).length).toBeLessThan(8192);
    expect(tokens.open(withLengthOf(5000))).not.toBeNull();
  });
});

describe('remembering tokens', () => {
  it('checks a repeated token once', async () => {
    const { tokens } = await setUp();
    const token = tokens.sign(CLAIMS);

    expect(tokens.open(token)).toBe(tokens.open(token));
  });

  it('keeps no more of them than it may', async () => {
    const tokens = createAccessTokens({ box, memoMax: 1 });
    tokens.use([await factory.generate('ES256')]);
    const [one, two] = [tokens.sign(CLAIMS), tokens.sign({ ...CLAIMS, aal: 2 })];

    const first = tokens.open(one);
    tokens.open(two);

    expect(tokens.open(one)).not.toBe(first);
    expect(tokens.open(one)).toEqual(first);
  });

  it('forgets all of them when keys are given, be they the same', async () => {
    const { key, tokens } = await setUp();
    const token = tokens.sign(CLAIMS);
    const payload = tokens.open(token);

    tokens.use([key]);

    expect(tokens.open(token)).not.toBe(payload);
    expect(tokens.open(token)).toEqual(CLAIMS);
  });
});

describe('taking keys', () => {
  it('verifies and publishes, and signs nothing, when the private key of the active one cannot be opened', async () => {
    const { key, tokens } = await setUp();
    const token = tokens.sign(CLAIMS);
    const foreign = await createSigningKeyFactory({ box: createSecretBox(['another']) }).generate('ES256');

    const canSign = tokens.use([foreign, { ...key, state: 'retired' }]);

    expect(canSign).toBe(false);
    expect(tokens.jwks()?.keys.map(({ kid }) => kid)).toEqual([foreign.kid, key.kid]);
    expect(tokens.open(token)).toEqual(CLAIMS);
    expect(() => tokens.sign(CLAIMS)).toThrow(Unavailable);
  });

  it('goes on signing with the active one that was sealed anew under a secret it does not know', async () => {
    const { key, tokens } = await setUp();
    const theirs = createSigningKeyFactory({ box: createSecretBox(['another', 'the secret key']) });

    const canSign = tokens.use([{ ...key, sealedPrivateKey: theirs.reseal(key) }]);

    expect(canSign).toBe(true);
    expect(tokens.open(tokens.sign(CLAIMS))).toEqual(CLAIMS);
  });

  it('signs again as soon as it is given an active one that it can open', async () => {
    const { key, tokens } = await setUp();
    const foreign = await createSigningKeyFactory({ box: createSecretBox(['another']) }).generate('ES256');
    tokens.use([foreign]);

    expect([tokens.use([{ ...key, state: 'next' }]), tokens.use([key])]).toEqual([true, true]);
    expect(tokens.open(tokens.sign(CLAIMS))).toEqual(CLAIMS);
  });

  it('takes a retired key whose private half cannot be opened any more', async () => {
    const { key, tokens } = await setUp();
    const foreign = await createSigningKeyFactory({ box: createSecretBox(['another']) }).generate('ES256');

    tokens.use([key, { ...foreign, state: 'retired' }]);

    expect(tokens.jwks()?.keys).toHaveLength(2);
  });

  it('refuses a private key that was moved under another kid', async () => {
    const tokens = createAccessTokens({ box });
    const [key, other] = [await factory.generate('ES256'), await factory.generate('ES256')];

    expect(tokens.use([{ ...key, sealedPrivateKey: other.sealedPrivateKey }])).toBe(false);
    expect(() => tokens.sign(CLAIMS)).toThrow(Unavailable);
  });

  it('publishes public members alone, in one order, whatever the stored row holds', async () => {
    const { key, tokens } = await setUp();
    const etag = tokens.jwks()?.etag;
    const { d } = privateKeyOf(key).export({ format: 'jwk' });
    const { kid, kty, alg, use, ...members } = key.publicJwk;

    tokens.use([{ ...key, publicJwk: { d, ...members, use, alg, kty, kid } }]);

    expect(JSON.stringify(tokens.jwks())).not.toContain(d);
    expect(tokens.jwks()?.etag).toBe(etag);
  });

  it('is as it was before any key when it is given none', async () => {
    const { tokens } = await setUp();

    tokens.use([]);

    expect(tokens.jwks()).toBeNull();
  });
});
