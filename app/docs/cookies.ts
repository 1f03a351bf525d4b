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
    cookie.maxAgeSeconds === null ? 'as long as the session' : `${cookie.maxAgeSeconds / 86_400} days`,
  ]);
  return page(opening, [
    table(['name', 'sent by a browser', 'life'], rows),
    ALL,
    ...cookies.flatMap(explain),
    ELSEWHERE,
  ]);
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
refresh token in the body, and gives it back at \`POST /auth/refresh\` as \`refresh_token\`. Where a cookie does act, the
request needs an \`Origin\` that is ours, in \`CORS_ORIGINS\`, or in the \`cors_origins\` of the tenant that the token names;
otherwise it is 403 [\`csrf_failed\`](errors.md#csrf_failed).`;

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
