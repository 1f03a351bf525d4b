import { randomUUID } from 'node:crypto';
import { createSigner, createVerifier } from 'fast-jwt';
import { LRUCache } from 'lru-cache';
import type { FloorOptions } from './options.ts';

/** What the floors read of an access token. */
export type Claims = Readonly<{ sub: string; tid: string; sid: string; exp: number; email: string }>;

export type CheckToken = (header: string | undefined) => Claims;

const PREFIX = 'Bearer ';
const MEMO_MAX = 10_000;

/** Checks the signature of each token: `throws` where it is wrong or the token is over. */
export function createVerify({ publicKey, issuer }: FloorOptions): CheckToken {
  const verify = createVerifier<string>({
    key: publicKey,
    algorithms: ['ES256'],
    allowedIss: issuer,
    checkTyp: 'at+jwt',
    cache: false,
  });
  return (header) => verify(tokenIn(header)) as Claims;
}

/** The same, where a token that was good is remembered by its text until it is over. */
export function createMemoisedVerify(options: FloorOptions): CheckToken {
  const verify = createVerify(options);
  const memo = new LRUCache<string, Claims>({ max: MEMO_MAX });
  return (header) => {
    const token = tokenIn(header);
    const known = memo.get(token);
    if (known && known.exp * 1000 > Date.now()) return known;
    const claims = verify(header);
    memo.set(token, claims);
    return claims;
  };
}

/** Signs access tokens like those of the service. */
export function createSign({ kid, privateKey }: FloorOptions) {
  return createSigner<Record<string, unknown>>({
    key: privateKey,
    algorithm: 'ES256',
    header: { alg: 'ES256', kid, typ: 'at+jwt' },
  });
}

/** The claims of a new access token: as many as the service's. */
export function accessTokenOf(
  { issuer }: FloorOptions,
  {
    tenantId,
    sessionId,
    userId,
    email,
  }: Readonly<Record<'tenantId' | 'sessionId' | 'userId' | 'email', string>>,
): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1000);
  return {
    ...{ iss: issuer, aud: tenantId, sub: userId, uid: userId, tid: tenantId, sid: sessionId },
    ...{ email, email_verified: true, roles: ['user'], amr: ['pwd'], aal: 1, auth_time: iat },
    ...{ iat, exp: iat + 900, jti: randomUUID() },
  };
}

function tokenIn(header: string | undefined): string {
  if (!header?.startsWith(PREFIX)) throw new Error('No bearer token');
  return header.slice(PREFIX.length);
}
