import type { FastifyReply, FastifyRequest } from 'fastify';

const REFRESH_COOKIE = 'refresh_token';
const ATTRIBUTES = { httpOnly: true, secure: true, path: '/', sameSite: 'strict' } as const;

/** Every value that the request carries under the refresh cookie's name: more than one is nobody's. */
export function refreshCookiesOf({ headers }: FastifyRequest): readonly string[] {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs
    .filter((pair) => pair.startsWith(`${REFRESH_COOKIE}=`))
    .map((pair) => pair.slice(REFRESH_COOKIE.length + 1));
}

/** @param maxAgeSeconds how long the session lives if nothing more is heard of it */
export function setRefreshCookie(reply: FastifyReply, token: string, maxAgeSeconds: number): void {
  void reply.setCookie(REFRESH_COOKIE, token, { ...ATTRIBUTES, maxAge: maxAgeSeconds });
}

/** Makes the browser forget its refresh token. */
export function clearRefreshCookie(reply: FastifyReply): void {
  void reply.setCookie(REFRESH_COOKIE, '', { ...ATTRIBUTES, maxAge: 0, expires: new Date(0) });
}
