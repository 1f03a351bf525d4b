import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Unavailable } from '../../../core/kernel/errors.ts';
import { type AccessTokens, JWKS_LIFETIME_SECONDS } from '../../../core/tokens/index.ts';
import { holdsEtag } from '../conventions/etag.ts';
import { refusals } from '../problems/problem.ts';
import { JWKS_SHOWN } from './shown.ts';

const JwksBody = Type.Object(
  {
    keys: Type.Array(
      Type.Object(
        { kid: Type.String(), kty: Type.String(), alg: Type.String(), use: Type.Literal('sig') },
        { additionalProperties: true },
      ),
    ),
  },
  { description: 'All live keys' },
);

/** The public keys of access tokens (RFC 7517), from memory: they are to be had while the database is away. */
export const jwksRoute =
  ({ accessTokens }: Readonly<{ accessTokens: AccessTokens }>): FastifyPluginAsyncTypebox =>
  async (server) => {
    server.get(
      '/.well-known/jwks.json',
      {
        config: { access: 'public', limit: 'none', isAlwaysOn: true },
        schema: {
          operationId: 'getJwks',
          summary: 'The public keys that verify access tokens',
          description:
            'A JWK Set (RFC 7517). It is served from memory, so it is to be had while the database is away.',
          shown: JWKS_SHOWN,
          tags: ['Tokens'],
          response: {
            200: JwksBody,
            304: Type.Null({ description: 'As you have them: the ETag is the same' }),
            ...refusals('unavailable'),
          },
        },
      },
      async (request, reply) => {
        const jwks = accessTokens.jwks();
        if (!jwks) throw new Unavailable();
        void reply
          .header('cache-control', `public, max-age=${JWKS_LIFETIME_SECONDS}`)
          .header('etag', jwks.etag);
        if (holdsEtag(request.headers['if-none-match'], jwks.etag)) return reply.code(304).send(null);
        return { keys: jwks.keys.map((key) => ({ ...key })) };
      },
    );
  };
