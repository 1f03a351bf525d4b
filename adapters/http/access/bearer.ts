import type { FastifyRequest } from 'fastify';
import { TokenInvalid, TokenMissing } from '../../../core/sessions/index.ts';
import { EdgeError } from '../problems/catalogue.ts';

const SCHEME = 'bearer ';

/** The access token of a request (RFC 6750, section 2.1), whatever text that is: who opens it refuses what is none. */
export function bearerOf({ headers }: FastifyRequest): string {
  const { authorization, 'x-api-key': apiKey } = headers;
  if (authorization && apiKey !== undefined) {
    throw new EdgeError('credentials_ambiguous', 'Give either an access token or an API key, not both');
  }
  // No API key was ever issued, so none can be right.
  if (apiKey !== undefined) throw new EdgeError('api_key_invalid', 'The API key is not valid');
  if (!authorization) throw new TokenMissing();
  if (authorization.slice(0, SCHEME.length).toLowerCase() !== SCHEME) throw new TokenInvalid();
  // Spaces alone: a tab or a no-break space is part of no token and of no scheme.
  const token = authorization.slice(SCHEME.length).replace(/^ +/, '');
  if (token === '') throw new TokenInvalid();
  return token;
}
