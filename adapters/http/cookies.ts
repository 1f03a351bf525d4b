import type { FastifyReply, FastifyRequest } from 'fastify';
import { decodeBase64Url, encodeBase64Url } from '../../core/kernel/base64url.ts';
import { DEVICE_SECRET_BYTES } from '../../core/protection/index.ts';
import { COOKIES, DEVICE_SECRETS_MAX, EVERY_COOKIE } from './cookie-table.ts';

const { refresh: REFRESH, access: ACCESS, device: DEVICE } = COOKIES;

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether access tokens are set and looked for in a cookie as well (`JWT_TOKEN_LOCATION`). */
    hasAccessCookie: boolean;
  }
}

/** Every value that the request carries under the refresh cookie's name: more than one is nobody's. */
export function refreshCookiesOf(request: FastifyRequest): readonly string[] {
  return cookiesOf(request, REFRESH.name);
}

/** The same, of the access token's cookie, whether or not anybody is to look at it. */
export function accessCookiesOf(request: FastifyRequest): readonly string[] {
  return cookiesOf(request, ACCESS.name);
}

/** The secrets by which this browser is known, one for each user of it; none where the cookie is not ours. */
export function deviceSecretsOf(request: FastifyRequest): readonly Uint8Array[] {
  const [value = '', ...others] = cookiesOf(request, DEVICE.name);
  const secrets = others.length > 0 ? [] : value.split('.').map(decodeBase64Url);
  const isOurs = (secret: Uint8Array | null): secret is Uint8Array => secret?.length === DEVICE_SECRET_BYTES;
  return secrets.length <= DEVICE_SECRETS_MAX && secrets.every(isOurs) ? secrets : [];
}

/**
 * Keeps the browser known for another year.
 *
 * @param added the secret of a user who was not known on it, or `null`
 */
export function setDeviceCookie(reply: FastifyReply, added: Uint8Array | null): void {
  const secrets = [...(added ? [added] : []), ...deviceSecretsOf(reply.request)].slice(0, DEVICE_SECRETS_MAX);
  const value = secrets.map(encodeBase64Url).join('.');
  const { name, sameSite, maxAgeSeconds } = DEVICE;
  void reply.setCookie(name, value, { ...EVERY_COOKIE, sameSite, maxAge: maxAgeSeconds });
}

function cookiesOf({ headers }: FastifyRequest, name: string): readonly string[] {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
}

/** What a browser keeps of a sign-in. Lives are in seconds. */
export type Tokens = Readonly<{
  accessToken: string;
  accessTokenSeconds: number;
  refreshToken: string;
  /** How long the session lives if nothing more is heard of it. */
  refreshTokenSeconds: number;
}>;

/** Gives the browser its refresh token, and its access token where the operator wants that in a cookie. */
export function setTokenCookies(reply: FastifyReply, tokens: Tokens): void {
  const { name, sameSite } = REFRESH;
  void reply.setCookie(name, tokens.refreshToken, {
    ...EVERY_COOKIE,
    sameSite,
    maxAge: tokens.refreshTokenSeconds,
  });
  if (reply.server.hasAccessCookie) setAccessCookie(reply, tokens);
}

/** Makes the browser forget its refresh token, and its access token where that can be in a cookie. */
export function clearTokenCookies(reply: FastifyReply): void {
  clear(reply, REFRESH);
  if (reply.server.hasAccessCookie) clear(reply, ACCESS);
}

/** Puts a new access token in the place of the one in the browser's cookie. For requests that acted by it alone. */
export function setAccessCookie(
  reply: FastifyReply,
  { accessToken, accessTokenSeconds }: Pick<Tokens, 'accessToken' | 'accessTokenSeconds'>,
): void {
  const { name, sameSite } = ACCESS;
  void reply.setCookie(name, accessToken, { ...EVERY_COOKIE, sameSite, maxAge: accessTokenSeconds });
}

function clear(reply: FastifyReply, { name, sameSite }: typeof REFRESH | typeof ACCESS): void {
  void reply.setCookie(name, '', { ...EVERY_COOKIE, sameSite, maxAge: 0, expires: new Date(0) });
}
