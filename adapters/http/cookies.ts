import type { FastifyReply, FastifyRequest } from 'fastify';
import { decodeBase64Url, encodeBase64Url } from '../../core/kernel/base64url.ts';
import { DEVICE_SECRET_BYTES } from '../../core/protection/index.ts';
import { COOKIES, DEVICE_SECRETS_MAX, EVERY_COOKIE } from './cookie-table.ts';

const { refresh: REFRESH, device: DEVICE } = COOKIES;

/** Every value that the request carries under the refresh cookie's name: more than one is nobody's. */
export function refreshCookiesOf(request: FastifyRequest): readonly string[] {
  return cookiesOf(request, REFRESH.name);
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

/** @param maxAgeSeconds how long the session lives if nothing more is heard of it */
export function setRefreshCookie(reply: FastifyReply, token: string, maxAgeSeconds: number): void {
  const { name, sameSite } = REFRESH;
  void reply.setCookie(name, token, { ...EVERY_COOKIE, sameSite, maxAge: maxAgeSeconds });
}

/** Makes the browser forget its refresh token. */
export function clearRefreshCookie(reply: FastifyReply): void {
  const { name, sameSite } = REFRESH;
  void reply.setCookie(name, '', { ...EVERY_COOKIE, sameSite, maxAge: 0, expires: new Date(0) });
}
