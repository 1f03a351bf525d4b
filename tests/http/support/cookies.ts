import type { LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';

type SetCookie = Readonly<{
  name: string;
  value: string;
  attributes: Record<string, string | boolean>;
}>;

/** Every `Set-Cookie` of an answer, its attributes by their lower-case names. */
export function cookiesSetBy({ headers }: LightMyRequestResponse): readonly SetCookie[] {
  return [headers['set-cookie'] ?? []].flat().map((line) => {
    const [pair = '', ...rest] = line.split(';').map((part) => part.trim());
    const attributes = Object.fromEntries(
      rest.map((part) => {
        const [name = '', value] = part.split('=', 2);
        return [name.toLowerCase(), value ?? true];
      }),
    );
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: pair.slice(at + 1), attributes };
  });
}

/** Sign-ins keep the device known as well; known-device.test.ts is about that. */
const isOfDevice = ({ name }: SetCookie): boolean => name === '__Host-gh_device';

const ATTRIBUTES = { path: '/', httponly: true, secure: true, samesite: 'Strict' };

/** Checks that a refresh token of that life was set and nothing else beside the device, and answers it. */
export function expectRefreshCookie(response: LightMyRequestResponse, maxAgeSeconds: number): string {
  const cookies = cookiesSetBy(response).filter((cookie) => !isOfDevice(cookie));
  expect(cookies).toEqual([
    {
      name: 'refresh_token',
      value: expect.stringMatching(/^[\w-]{100,}$/),
      attributes: { ...ATTRIBUTES, 'max-age': String(maxAgeSeconds) },
    },
  ]);
  return cookies[0]?.value ?? '';
}

/** Checks that the answer makes the browser forget its refresh token, and does nothing else to cookies. */
export function expectClearedCookie(response: LightMyRequestResponse): void {
  expect(cookiesSetBy(response)).toEqual([
    {
      name: 'refresh_token',
      value: '',
      attributes: { ...ATTRIBUTES, 'max-age': '0', expires: 'Thu, 01 Jan 1970 00:00:00 GMT' },
    },
  ]);
}

/** Checks that the answer leaves the browser's cookies alone. */
export function expectNoCookie(response: LightMyRequestResponse): void {
  expect(cookiesSetBy(response)).toEqual([]);
}
