import type { JsonObject } from './json.ts';

const count = (description: string, example: number) => ({
  description,
  schema: { type: 'integer', minimum: 0 },
  example,
});
const text = (description: string, example: string) => ({ description, schema: { type: 'string' }, example });

const REFRESH_COOKIE =
  'refresh_token=AQEBm7E4EAB…; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Strict' as const;
const CLEARED_COOKIE =
  'refresh_token=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Strict';

/** What is said wherever tokens are set or cleared. */
const BESIDE =
  'The same with `access_token`, where the operator has set `JWT_TOKEN_LOCATION=headers,cookies`';

/** Every header of an answer that the document tells of, by the name of its component. */
const HEADERS = {
  RateLimitLimit: {
    header: 'RateLimit-Limit',
    ...count('How many requests the tightest count that applies allows in its time', 1200),
  },
  RateLimitRemaining: {
    header: 'RateLimit-Remaining',
    ...count('How many of them are left', 1199),
  },
  RateLimitReset: {
    header: 'RateLimit-Reset',
    ...count('Seconds until the count is whole again', 60),
  },
  RetryAfter: { header: 'Retry-After', ...count('Seconds to wait before the next try', 30) },
  BearerChallenge: {
    header: 'WWW-Authenticate',
    ...text('`Bearer`; with an error where a token came and was refused', 'Bearer error="invalid_token"'),
  },
  BasicChallenge: {
    header: 'WWW-Authenticate',
    ...text('`Basic`', 'Basic realm="metrics", charset="UTF-8"'),
  },
  SignInCookies: {
    header: 'Set-Cookie',
    ...text(
      `Sets \`refresh_token\`, and \`__Host-gh_device\`, by which the browser is known from now on. None with \`"transport":"token"\`. ${BESIDE}`,
      REFRESH_COOKIE,
    ),
  },
  RefreshCookie: {
    header: 'Set-Cookie',
    ...text(
      `Sets \`refresh_token\` to the next refresh token, unless the one before it came in the body. ${BESIDE}`,
      REFRESH_COOKIE,
    ),
  },
  ClearedRefreshCookie: {
    header: 'Set-Cookie',
    ...text(`Clears \`refresh_token\`. ${BESIDE}`, CLEARED_COOKIE),
  },
  ClearedUnlessKept: {
    header: 'Set-Cookie',
    ...text(`Clears \`refresh_token\`, unless this session stays. ${BESIDE}`, CLEARED_COOKIE),
  },
  ClearedWithCurrent: {
    header: 'Set-Cookie',
    ...text(`Clears \`refresh_token\`, where the session that ended is this one. ${BESIDE}`, CLEARED_COOKIE),
  },
  RenewedAccessCookie: {
    header: 'Set-Cookie',
    ...text(
      'Sets `access_token` to the new access token, where the request came with that cookie',
      'access_token=eyJhbGciOiJFUzI1NiIs…; Max-Age=900; Path=/; HttpOnly; Secure; SameSite=Strict',
    ),
  },
  ETag: { header: 'ETag', ...text('Names this version of the answer', '"6dV0mX3yQ1"') },
  PublicCache: {
    header: 'Cache-Control',
    ...text('Anybody may keep the answer for five minutes', 'public, max-age=300'),
  },
} as const;

export type HeaderName = keyof typeof HEADERS;

const RATE_LIMIT: readonly HeaderName[] = ['RateLimitLimit', 'RateLimitRemaining', 'RateLimitReset'];

/** The headers as components of the document. */
export const HEADER_COMPONENTS: JsonObject = Object.fromEntries(
  Object.entries(HEADERS).map(([name, { header: _, ...told }]) => [name, told]),
);

/** What the headers of an answer follow from, besides what its route says of them. */
export type Answer = Readonly<{
  status: number;
  isProblem: boolean;
  takesBearer: boolean;
  isLimited: boolean;
}>;

/**
 * The headers of an answer, each a reference to its component.
 *
 * @param shown those that its route tells of
 */
export function headersOf(
  { status, isProblem, takesBearer, isLimited }: Answer,
  shown: readonly HeaderName[] = [],
): JsonObject {
  const names: readonly HeaderName[] = [
    ...shown,
    ...(takesBearer && status === 401 ? (['BearerChallenge'] as const) : []),
    ...(isProblem && [429, 503].includes(status) ? (['RetryAfter'] as const) : []),
    ...(isLimited ? RATE_LIMIT : []),
  ];
  return Object.fromEntries(
    names.map((name) => [HEADERS[name].header, { $ref: `#/components/headers/${name}` }]),
  );
}
