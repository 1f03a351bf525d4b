import { COOKIES, EVERY_COOKIE } from '../../adapters/http/cookie-table.ts';
import { codes, page, table } from './markdown.ts';

type Row = (typeof COOKIES)[keyof typeof COOKIES];

/** The text of `docs/reference/cookies.md`. */
export function renderCookies(): string {
  const cookies: readonly Row[] = Object.values(COOKIES);
  const opening = {
    title: 'Cookies',
    says: 'Gatehouse sets these cookies and no others, none of them for tracking. All are for its own host, and no script of a page can read them.',
    source: '`adapters/http/cookie-table.ts`, from which the code takes the attributes too,',
  };
  const rows = cookies.map((cookie) => [
    `\`${cookie.name}\``,
    `\`SameSite=${capitalised(cookie.sameSite)}\``,
    lifeOf(cookie),
  ]);
  return page(opening, [
    table(['name', 'sent by a browser', 'life'], rows),
    ALL,
    ...cookies.flatMap(explain),
    ELSEWHERE,
  ]);
}

function lifeOf({ maxAgeSeconds }: Row): string {
  if (typeof maxAgeSeconds === 'string') return `as long as the ${maxAgeSeconds}`;
  return `${maxAgeSeconds / 86_400} days`;
}

const ATTRIBUTES = [
  ...(EVERY_COOKIE.httpOnly ? ['HttpOnly'] : []),
  ...(EVERY_COOKIE.secure ? ['Secure'] : []),
  `Path=${EVERY_COOKIE.path}`,
];

const ALL = `Every one has ${codes(ATTRIBUTES)} and no \`Domain\`. A browser that takes a \`Secure\` cookie over plain
http at all takes it from \`localhost\` alone, so in development call the service by that name. A cookie is cleared by an
empty value with \`Max-Age=0\`.`;

const ELSEWHERE = `## A page on another site

A page whose site is not that of Gatehouse cannot use these cookies. It signs in with \`"transport":"token"\`, gets its
refresh token in the body, and gives it back at \`POST /auth/refresh\` as \`refresh_token\`.

Where a cookie does act, which is at \`POST /auth/refresh\` by \`refresh_token\` and at every route that takes an access
token by \`access_token\`, a request that is not GET or HEAD needs an \`Origin\` that is ours, in \`CORS_ORIGINS\`, or in the
\`cors_origins\` of the tenant that the token names; otherwise it is 403 [\`csrf_failed\`](errors.md#csrf_failed) and nothing
has changed. A request with neither \`Origin\` nor \`Sec-Fetch-Site\`, as a script sends it, is let through; one without
\`Origin\` whose \`Sec-Fetch-Site\` is not \`same-origin\` or \`none\` is refused. What a GET answers to a page of another
origin is for that page to read by the same lists.`;

function explain({ name, about }: Row): readonly string[] {
  const rows = [
    ['what for', about.purpose],
    ['life', about.life],
    ['set', about.set],
    ['cleared', about.cleared],
    ['duplicated', about.duplicated],
  ];
  return [`## \`${name}\``, table(['', ''], rows)];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
