import { TOKEN_LENGTH_MAX } from '../../adapters/crypto/access-tokens.ts';
import { CREDENTIALS_PER_ADDRESS, WINDOW_SECONDS } from '../../adapters/http/access/limits.ts';
import { DEPTH_MAX } from '../../adapters/http/conventions/json-body.ts';
import { LATE_MAX_MS } from '../../adapters/http/conventions/pressure.ts';
import { USER_AGENT_LENGTH_MAX } from '../../adapters/http/conventions/request-context.ts';
import { DEVICE_SECRETS_MAX } from '../../adapters/http/cookie-table.ts';
import { LIMIT_DEFAULT } from '../../adapters/http/operations/dev-mailbox-route.ts';
import { TOLD_MAX } from '../../adapters/http/problems/validation.ts';
import { BODY_BYTES_MAX, HEADER_BYTES_MAX, REQUEST_TIMEOUT_MS } from '../../adapters/http/server.ts';
import { BUCKETS_MAX } from '../../adapters/memory/rate-limiter.ts';
import { KEPT_MAX } from '../../adapters/postgres/dev-mailbox.ts';
import { PER_USER_MAX } from '../../adapters/postgres/known-device-repository.ts';
import { REQUEST_PATIENCE } from '../../adapters/postgres/pools.ts';
import { FAILURES_MAX } from '../../adapters/redis/breaker.ts';
import { DEADLINE_MS } from '../../adapters/redis/connection.ts';
import { DEADLINES } from '../../adapters/smtp/transport.ts';
import { defaultText } from '../../config/variable.ts';
import { VARIABLES } from '../../config/variables/index.ts';
import { FIRST_OWNER_LIFETIME_SECONDS, INVITATION_LIFETIME_SECONDS } from '../../core/invitations/index.ts';
import { LENGTH_MAX, LOCAL_LENGTH_MAX } from '../../core/kernel/email-address.ts';
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '../../core/kernel/paging.ts';
import {
  CAPPED_MAILS_PER_HOUR,
  MAIL_ATTEMPTS_MIN,
  MAIL_PATIENCE_SECONDS,
  MAIL_RETRY_SECONDS_MAX,
} from '../../core/notifications/index.ts';
import { FRESH_SECONDS } from '../../core/sessions/index.ts';
import { SECOND_FACTOR_LIMIT } from '../../core/sign-in/index.ts';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../core/tenants/index.ts';
import { LIMIT_MAX } from '../cli/mail.ts';
import { HASH_QUEUE_MAX, HASH_WAIT_MAX_MS } from '../services.ts';
import { QUEUE_MAX, TURNS_PER_HASH, WAIT_MAX_MS } from '../sign-in-turns.ts';
import { type ApiDocument, bodyFieldsOf, operationsOf } from './api-document.ts';
import type { Sources } from './documents.ts';
import { codes, page, table } from './markdown.ts';

/** The text of `docs/reference/limits.md`, with its numbers from where the code has them. */
export function renderLimits({ api }: Sources): string {
  const opening = {
    title: 'Limits',
    says: 'Here is every number at which a request is refused, cut short or told to wait. What a variable or a tenant can change says so; all else is fixed.',
    source: 'the constants of the code and the routes',
  };
  const headings = ['what', 'limit', 'beyond it'];
  return page(opening, [
    '## Rate limits',
    table(['class', 'counted by', 'limit'], RATES),
    RATES_TEXT,
    '### Routes of each class',
    table(['class', 'routes'], routesByClass(api)),
    ROUTES_TEXT,
    '## Locks',
    table(['wrong passwords', 'limit', 'answer'], LOCKS),
    LOCKS_TEXT,
    '## Requests',
    table(headings, REQUESTS),
    '## Fields',
    table(['field', 'limit', 'refused as'], fieldRows(api)),
    FIELDS_TEXT,
    '## Queues and connections',
    table(headings, QUEUES),
    '## Sessions and devices',
    table(headings, DEVICES),
    '## Mail and links',
    table(headings, MAILS),
    '## Lists',
    table(['list', 'entries'], LISTS),
  ]);
}

type Name = keyof typeof VARIABLES;

/** A variable with its default. */
function setting(name: Name): string {
  return `\`${name}\` (${defaultText(VARIABLES[name], 'production') ?? 'none'})`;
}

function kib(bytes: number): string {
  return `${bytes / 1024} KiB`;
}

function hours(seconds: number): string {
  return `${seconds / 3600} hours`;
}

function error(code: string): string {
  return `[\`${code}\`](errors.md#${code})`;
}

const RATES = [
  ['public', 'network address', `${setting('RATE_LIMIT_PUBLIC_PER_MINUTE')} in ${WINDOW_SECONDS} seconds`],
  [
    'credential',
    'tenant, network address and identifier: the address or username, the link, or the user of an access token',
    `${setting('RATE_LIMIT_CREDENTIALS_PER_MINUTE')} in ${WINDOW_SECONDS} seconds`,
  ],
  ['credential', 'tenant and network address', `${CREDENTIALS_PER_ADDRESS} times that`],
];

const RATES_TEXT = `Beyond one of them the answer is 429 ${error('rate_limited')} with \`Retry-After\`. A window begins with its first
request. A request counts in the public class before its body is read; in the credential class once its body and tenant
are known, so that what is refused for those counts in the public class alone. An IPv6 address counts as its /64.

With \`REDIS_URL\` the counts are of all processes together, without it of each process alone. Where Redis does not
answer within ${DEADLINE_MS} ms, each process counts by itself with half of each limit; after ${FAILURES_MAX} failures in a row nobody waits for
Redis until it is back. One process keeps ${BUCKETS_MAX.toLocaleString('en')} counts apart.`;

function routesByClass(api: ApiDocument): readonly (readonly string[])[] {
  const limited = operationsOf(api).filter(({ limit }) => limit !== null);
  const classes = [...new Set(limited.map(({ limit }) => limit))];
  return classes.map((each) => {
    const routes = limited.filter(({ limit }) => limit === each);
    return [each ?? '', codes(routes.map(({ method, path }) => `${method} ${path}`))];
  });
}

const ROUTES_TEXT = `Routes of the credential class that anybody may call count in the public one as well, and so do the pages for people, \`/docs\`,
\`/openapi.json\` and a preflight that has to be looked up. Of class \`none\` are what machines ask for all day, and static
files. Any other route that wants an access token has no limit of its own in this release.`;

const LOCK_SECONDS = `${setting('ACCOUNT_LOCKOUT_DURATION_MINUTES')} minutes`;
const LOCKS = [
  [
    'for what was typed',
    `${setting('MAX_LOGIN_ATTEMPTS')} within ${LOCK_SECONDS}`,
    `429 ${error('account_locked')}`,
  ],
  [
    'for one user, under all names together',
    `${setting('MAX_LOGIN_ATTEMPTS')} within ${LOCK_SECONDS}`,
    `401 ${error('invalid_credentials')}, whatever the password`,
  ],
  [
    'on a device that is known, in place of the two above',
    `${setting('MAX_LOGIN_ATTEMPTS')} within ${LOCK_SECONDS}`,
    `429 ${error('account_locked')}`,
  ],
  [
    'for one contested registration',
    `${setting('MAX_LOGIN_ATTEMPTS')} within ${LOCK_SECONDS}`,
    `429 ${error('account_locked')}`,
  ],
  [
    'for one user, with what would be a second factor',
    `${SECOND_FACTOR_LIMIT.max} within ${SECOND_FACTOR_LIMIT.windowSeconds / 60} minutes`,
    `429 ${error('account_locked')} for those alone`,
  ],
  [
    'from one network address in one tenant',
    `${setting('MAX_LOGIN_ATTEMPTS_PER_IP')} within ${LOCK_SECONDS}`,
    `429 ${error('rate_limited')}`,
  ],
];

const LOCKS_TEXT = `A lock lasts as long as the time within which wrong passwords are counted, and \`Retry-After\` says how much is left of it.
A tenant may set both numbers of the first four itself: \`lockout\` in [Tenant settings](settings.md). How it looks from
outside is told in [Limits and locks](../guides/limits-and-locks.md).`;

const REQUESTS = [
  ['body', kib(BODY_BYTES_MAX), `413 ${error('body_too_large')}`],
  ['request line and headers together', kib(HEADER_BYTES_MAX), `431 ${error('headers_too_large')}`],
  [
    'time for a request to arrive',
    `${REQUEST_TIMEOUT_MS / 1000} seconds`,
    `408 ${error('request_timeout')}, and the connection is closed`,
  ],
  ['nesting of a body', `${DEPTH_MAX} levels`, `400 ${error('validation_failed')}`],
  ['fields that one `validation_failed` names', `${TOLD_MAX}`, 'the rest is not named'],
  ['`X-Request-ID`', '64 of `A–Z a–z 0–9 . _ -`', 'another id is made'],
  ['`User-Agent`', `${USER_AGENT_LENGTH_MAX} characters`, 'the rest is not kept'],
  ['access token', `${TOKEN_LENGTH_MAX.toLocaleString('en')} characters`, `401 ${error('token_invalid')}`],
];

function fieldRows(api: ApiDocument): readonly (readonly string[])[] {
  const invalid = `400 ${error('validation_failed')}`;
  const [register, login] = [
    bodyFieldsOf(api, 'POST', '/auth/register'),
    bodyFieldsOf(api, 'POST', '/auth/login'),
  ];
  return [
    ['`email`', `${LENGTH_MAX} characters, ${LOCAL_LENGTH_MAX} of them before the \`@\``, invalid],
    ['`username`', '3 to 32 of `a–z 0–9 . _ -`, a letter first', invalid],
    [
      '`password`, where it is set',
      `${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters; a tenant may want more or allow fewer`,
      `422 ${error('password_too_short')}, ${error('password_too_long')}`,
    ],
    ['`password`, where it is checked', 'none', `401 ${error('invalid_credentials')}, at the usual time`],
    ['`name`', `${register('name')} characters`, invalid],
    ['`locale`', `${register('locale')} characters`, invalid],
    ['`device_name`', `${login('device_name')} characters`, invalid],
  ];
}

const FIELDS_TEXT = `Characters of a password are Unicode code points after NFC. Settings of a tenant have limits of their own:
[Tenant settings](settings.md).`;

const UNAVAILABLE = `503 ${error('unavailable')} with \`Retry-After\``;
const QUEUES = [
  [
    'password hashes at once',
    'processor cores divided by `ARGON2_PARALLELISM`, rounded down, one at least',
    'they wait',
  ],
  [
    'password hashes that wait',
    `${HASH_QUEUE_MAX} for ${HASH_WAIT_MAX_MS} ms; tenants take turns`,
    UNAVAILABLE,
  ],
  ['sign-ins by password at once', `${TURNS_PER_HASH} for each hash that is computed at once`, 'they wait'],
  ['sign-ins that wait', `${QUEUE_MAX} for ${WAIT_MAX_MS} ms; tenants take turns`, UNAVAILABLE],
  ['connections to PostgreSQL for requests', setting('DATABASE_POOL_MAX'), 'they wait'],
  ['wait for one of those connections', `${REQUEST_PATIENCE.acquireMs} ms`, UNAVAILABLE],
  ['one statement of a request', `${REQUEST_PATIENCE.statementMs} ms`, UNAVAILABLE],
  [
    'event loop late, on average',
    `${LATE_MAX_MS} ms`,
    `${UNAVAILABLE}; probes, \`/metrics\` and the public keys go on`,
  ],
];

const DEVICES = [
  [
    'sessions of one user',
    setting('SESSION_MAX_DEVICES'),
    'the oldest ends; a tenant may set its own number',
  ],
  [
    'age of a fresh sign-in',
    `${FRESH_SECONDS / 60} minutes`,
    `401 ${error('reauthentication_required')}; no operation of this release wants one`,
  ],
  [
    'known devices of one user',
    `${PER_USER_MAX}`,
    'one that never came back, else the one not seen longest, is forgotten',
  ],
  ['users known on one browser', `${DEVICE_SECRETS_MAX}`, 'the one added first is forgotten'],
];

const MAILS = [
  [
    'mails that anybody can have sent, for one recipient of a tenant',
    `${CAPPED_MAILS_PER_HOUR} an hour`,
    'not sent; the answer is the same',
  ],
  [
    'mails that tell of sign-ins, for one recipient of a tenant',
    `${CAPPED_MAILS_PER_HOUR} an hour`,
    'not sent; the sign-in is the same',
  ],
  [
    'mails that tell of a stolen session, for one recipient of a tenant',
    `${CAPPED_MAILS_PER_HOUR} an hour`,
    'not sent; the session ends all the same',
  ],
  ['one attempt to send a mail', `${DEADLINES.totalMs / 1000} seconds`, 'it is tried again'],
  [
    'attempts at one mail',
    `${MAIL_ATTEMPTS_MIN} and ${hours(MAIL_PATIENCE_SECONDS)}, whichever ends later; ${hours(MAIL_RETRY_SECONDS_MAX)} between two of them at most`,
    'it is given up',
  ],
  [
    'verification link',
    `${setting('EMAIL_VERIFICATION_EXPIRE_HOURS')} hours`,
    `410 ${error('link_expired')}`,
  ],
  ['invitation', hours(INVITATION_LIFETIME_SECONDS), `410 ${error('link_expired')}`],
  ['link to the first owner', hours(FIRST_OWNER_LIFETIME_SECONDS), `410 ${error('link_expired')}`],
];

const LISTS = [
  ['`GET /auth/sessions`', `${PAGE_LIMIT_DEFAULT} to a page, or \`limit\` up to ${PAGE_LIMIT_MAX}`],
  [
    '`GET /dev/mailbox` (development)',
    `${LIMIT_DEFAULT}, or \`limit\` up to 100; the newest ${KEPT_MAX.toLocaleString('en')} are kept`,
  ],
  ['`gatehouse mail list`', `50, or \`--limit\` up to ${LIMIT_MAX.toLocaleString('en')}`],
  ['`gatehouse tenant list`', 'all'],
];
