import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../core/kernel/errors.ts';
import type { SessionId, TenantId, UserId } from '../../core/kernel/ids.ts';
import type {
  AccessTokenClaims,
  AccessTokens,
  JwtAlgorithm,
  SigningKey,
  SigningKeyFactory,
} from '../../core/tokens/index.ts';

/** Tokens without any key yet, and a factory whose keys they can use. */
type MakeTokens = () => Readonly<{ tokens: AccessTokens; factory: SigningKeyFactory }>;

const ALGORITHMS: readonly JwtAlgorithm[] = ['ES256', 'EdDSA', 'RS256'];

export const CLAIMS: AccessTokenClaims = {
  iss: 'https://auth.example.com',
  aud: 'https://app.example.org',
  sub: '019b76da-a800-7000-8000-000000000001' as UserId,
  uid: '019b76da-a800-7000-8000-000000000001' as UserId,
  tid: '019b76da-a800-7000-8000-000000000002' as TenantId,
  sid: '019b76da-a800-7000-8000-000000000003' as SessionId,
  email: 'zoë@example.org',
  email_verified: true,
  roles: ['user', 'editor'],
  amr: ['pwd'],
  aal: 1,
  auth_time: 1_767_225_600,
  iat: 1_767_225_600,
  exp: 1_767_226_500,
  jti: '019b76da-a800-7000-8000-000000000004',
};

/** What everything that signs and opens access tokens must do. */
export function accessTokensContract(makeTokens: MakeTokens): void {
  const inState = (key: SigningKey, state: SigningKey['state']): SigningKey => ({ ...key, state });

  describe('AccessTokens', () => {
    it('is unavailable before any key was given', () => {
      const { tokens } = makeTokens();

      expect(() => tokens.sign(CLAIMS)).toThrow(Unavailable);
      expect(() => tokens.open('a.b.c')).toThrow(Unavailable);
      expect(tokens.jwks()).toBeNull();
    });

    it.each(ALGORITHMS)('opens what it signed with %s', async (algorithm) => {
      const { tokens, factory } = makeTokens();
      tokens.use([await factory.generate(algorithm)]);

      const token = tokens.sign(CLAIMS);

      expect(tokens.open(token)).toEqual(CLAIMS);
      expect(tokens.open(token)).toEqual(CLAIMS);
    });

    it.each(
      ALGORITHMS,
    )('signs with %s what a tenant application can verify by the JWKS', async (algorithm) => {
      const { tokens, factory } = makeTokens();
      const key = await factory.generate(algorithm);
      tokens.use([key]);

      const keys = JSON.parse(JSON.stringify(tokens.jwks()?.keys));
      const { payload, protectedHeader } = await jwtVerify(tokens.sign(CLAIMS), createLocalJWKSet({ keys }), {
        issuer: CLAIMS.iss,
        audience: CLAIMS.aud,
        typ: 'at+jwt',
        algorithms: [algorithm],
        currentDate: new Date(CLAIMS.iat * 1000),
      });

      expect(payload).toEqual(CLAIMS);
      expect(protectedHeader).toEqual({ alg: algorithm, kid: key.kid, typ: 'at+jwt' });
    });

    it('says nothing about claims: a token long expired still opens', async () => {
      const { tokens, factory } = makeTokens();
      tokens.use([await factory.generate('ES256')]);
      const past = { ...CLAIMS, iat: 1, exp: 2 };

      expect(tokens.open(tokens.sign(past))).toEqual(past);
    });

    it('signs with the active key, and opens tokens of next and retired ones', async () => {
      const { tokens, factory } = makeTokens();
      const [one, two] = [await factory.generate('ES256'), await factory.generate('EdDSA')];
      tokens.use([inState(two, 'next'), inState(one, 'active')]);
      const early = tokens.sign(CLAIMS);

      tokens.use([inState(two, 'active'), inState(one, 'retired')]);
      const late = tokens.sign(CLAIMS);
      tokens.use([inState(two, 'next'), inState(one, 'active')]);

      expect(tokens.open(early)).toEqual(CLAIMS);
      expect(tokens.open(late)).toEqual(CLAIMS);
      expect(tokens.jwks()?.keys.map(({ kid }) => kid)).toEqual([two.kid, one.kid]);
    });

    it('signs nothing without an active key', async () => {
      const { tokens, factory } = makeTokens();
      tokens.use([inState(await factory.generate('ES256'), 'next')]);

      expect(() => tokens.sign(CLAIMS)).toThrow(Unavailable);
      expect(tokens.open('a.b.c')).toBeNull();
    });

    it('forgets a token that it has opened once its key is gone', async () => {
      const { tokens, factory } = makeTokens();
      const [one, two] = [await factory.generate('ES256'), await factory.generate('ES256')];
      tokens.use([one]);
      const token = tokens.sign(CLAIMS);
      expect(tokens.open(token)).toEqual(CLAIMS);

      tokens.use([two]);

      expect(tokens.open(token)).toBeNull();
    });

    it('hands out payloads that nobody can change', async () => {
      const { tokens, factory } = makeTokens();
      tokens.use([await factory.generate('ES256')]);
      const token = tokens.sign(CLAIMS);

      const payload = tokens.open(token);

      expect(() => Object.assign(payload ?? {}, { sub: 'somebody else' })).toThrow(TypeError);
      expect(() => (payload?.['roles'] as string[]).push('admin')).toThrow(TypeError);
      expect(tokens.open(token)).toEqual(CLAIMS);
    });

    it('publishes a tag that is the same for the same keys, and changes with them', async () => {
      const { tokens, factory } = makeTokens();
      const [one, two] = [await factory.generate('ES256'), await factory.generate('ES256')];
      const tagOf = (keys: readonly SigningKey[]) => {
        tokens.use(keys);
        return tokens.jwks()?.etag;
      };

      expect(tagOf([one])).toMatch(/^"[\w-]{43}"$/);
      expect(tagOf([one])).toBe(tagOf([inState(one, 'retired')]));
      expect(tagOf([two, one])).not.toBe(tagOf([one]));
    });
  });
}
