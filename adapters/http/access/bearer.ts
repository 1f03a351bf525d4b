import type { FastifyRequest } from 'fastify';
import { TokenInvalid, TokenMissing } from '../../../core/sessions/index.ts';
import { accessCookiesOf } from '../cookies.ts';
import { EdgeError } from '../problems/catalogue.ts';

const SCHEME = 'bearer ';

/**
 * The access token of a request, whatever text that is: who opens it refuses what is none.
 *
 * A header decides alone (RFC 6750, section 2.1). A cookie is looked at only
 * where there is none, and only where the operator wants it.
 *
 * @throws {TokenMissing} @throws {TokenInvalid} @throws {EdgeError} `credentials_ambiguous`, `api_key_invalid`
 */
export function accessTokenOf(request: FastifyRequest): string {
  const { authorization, 'x-api-key': apiKey } = request.headers;
  if (authorization && apiKey !== undefined) {
    throw new EdgeError('credentials_ambiguous', 'Give either an access token or an API key, not both');
  }
  // No API key was ever issued, so none can be right.
  if (apiKey !== undefined) throw new EdgeError('api_key_invalid', 'The API key is not valid');
  if (!authorization) {
    if (actsByAccessCookie(request)) return onlyOf(accessCookiesOf(request));
    throw new TokenMissing();
  }
  if (authorization.slice(0, SCHEME.length).toLowerCase() !== SCHEME) throw new TokenInvalid();
  // Spaces alone: a tab or a no-break space is part of no token and of no scheme.
  const token = authorization.slice(SCHEME.length).replace(/^ +/, '');
  if (token === '') throw new TokenInvalid();
  return token;
}

/** Whether a request to a route that takes an access token has it in the cookie, which its browser sends unasked. */
export function actsByAccessCookie(request: FastifyRequest): boolean {
  const { authorization, 'x-api-key': apiKey } = request.headers;
  if (authorization !== undefined || apiKey !== undefined || !request.server.hasAccessCookie) return false;
  return accessCookiesOf(request).length > 0;
}

/** Of two cookies of one name nobody can tell which is ours, so neither is used. */
function onlyOf([token = '', ...others]: readonly string[]): string {
  if (token === '' || others.length > 0) throw new TokenInvalid();
  return token;
}
