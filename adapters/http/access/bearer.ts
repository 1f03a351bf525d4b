import type { FastifyRequest } from 'fastify';
import { TokenInvalid, TokenMissing } from '../../../core/sessions/index.ts';
import { EdgeError } from '../problems/catalogue.ts';

/** The access token of a request (RFC 6750, section 2.1). */
export function bearerOf({ headers }: FastifyRequest): string {
  const { authorization, 'x-api-key': apiKey } = headers;
  if (authorization && apiKey !== undefined) {
    throw new EdgeError('credentials_ambiguous', 'Give either an access token or an API key, not both');
  }
  // No API key was ever issued, so none can be right.
  if (apiKey !== undefined) throw new EdgeError('api_key_invalid', 'The API key is not valid');
  if (!authorization) throw new TokenMissing();
  const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization) ?? [];
  if (!token) throw new TokenInvalid();
  return token;
}
