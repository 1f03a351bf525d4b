import { CREDENTIALS_PER_ADDRESS, WINDOW_SECONDS } from '../../adapters/http/access/limits.ts';
import { readConfig } from '../../config/index.ts';
import { type ApiDocument, type JsonObject, operationsOf, textOf } from './api-document.ts';
import type { Sources } from './documents.ts';
import { type Endpoint, endpointOf, renderEndpoint } from './endpoint.ts';
import { block, page, table } from './markdown.ts';

/** The text of `docs/reference/endpoints.md`: every operation by its tag, under an anchor of its own. */
export function renderEndpoints({ api }: Sources): string {
  const endpoints = operationsOf(api).map((operation) => endpointOf(api, operation));
  const tags = tagsOf(api);
  const of = (tag: string) => endpoints.filter((endpoint) => endpoint.tag === tag);
  const opening = {
    title: 'Endpoints',
    says: 'Here is every operation of the API: who may call it, what it takes, what it answers, and a command that makes a request. The same stands in [openapi.json](../openapi.json), for programs, and at `/docs` of a running service.',
    source: 'the routes’ own schemas',
  };
  return page(opening, [
    '**Beforehand:** [trying them](#trying-them) · [who may call](#who-may-call) · [limits](#limits) · [answers](#answers)',
    ...tags.map(({ name }) => contents(name, of(name))),
    ...trying(),
    ...who(),
    ...limits(),
    ANSWERS,
    ...tags.flatMap(({ name, description }) => [
      `## ${name}`,
      description,
      ...of(name).flatMap((endpoint) => renderEndpoint(endpoint, conditionsOf(endpoint))),
    ]),
  ]);
}

type Tag = Readonly<{ name: string; description: string }>;

function tagsOf(api: ApiDocument): readonly Tag[] {
  const tags: readonly JsonObject[] = Array.isArray(api['tags']) ? api['tags'] : [];
  return tags.map(({ name, description }) => ({ name: textOf(name), description: textOf(description) }));
}

function contents(tag: string, endpoints: readonly Endpoint[]): string {
  const lines = endpoints.map(
    ({ name, anchor, summary }) => `- [\`${name}\`](#${anchor}) ${summary.replace(/[.?]$/, '')}`,
  );
  return [`**${tag}**`, '', ...lines].join('\n');
}

const PREPARATION = `BASE=\${BASE:-http://localhost:8080}
COOKIES=$(mktemp)`;

function trying(): readonly string[] {
  return [
    '## Trying them',
    'The commands work as they stand against a server as `npm start` starts it in development, in a bash that began with these lines. They want curl 7.79 or newer, for older ones keep no `Secure` cookie of `http://localhost`. A test runs every one of them.',
    block(PREPARATION, 'sh'),
    'What differs from run to run stands in variables of the shell:',
    table(
      ['variable', 'what to put into it'],
      [
        ['`$TOKEN`', '`access_token` of the answer to a sign-in'],
        [
          '`$LINK_TOKEN`',
          'what stands behind `#token=` in a link: of a mail, which `/dev/mailbox` shows, or of the banner that the server prints',
        ],
        ['`$SESSION_ID`', '`session.id` of the answer to a sign-in'],
      ],
    ),
  ];
}

function who(): readonly string[] {
  return [
    '## Who may call',
    table(
      ['word', 'means'],
      Object.entries(WHO).map(([word, means]) => [`\`${word}\``, means]),
    ),
    'On `public` operations neither `Authorization` nor `X-API-Key` is looked at. API keys do not exist yet: where a credential is wanted, a request with `X-API-Key` is refused. Where a request acts by cookie, its `Origin` is checked as well: [cookies.md](cookies.md).',
  ];
}

const WHO: Readonly<Record<string, string>> = {
  public: 'anyone.',
  session: 'the bearer of a live session.',
  fresh_session: 'the bearer of a live session whose user proved who they are at most ten minutes ago.',
  own: 'the bearer of a live session, who acts on their own things.',
  ended_session: 'the bearer of a session; one that has expired or ended will do.',
};

const { rateLimits } = readConfig({ ENVIRONMENT: 'test' });
const PER = WINDOW_SECONDS === 60 ? 'a minute' : `in ${WINDOW_SECONDS} seconds`;
const PUBLIC = `${rateLimits.publicPerMinute} ${PER} for a network address`;
const CREDENTIAL = `${rateLimits.credentialsPerMinute} ${PER} for one name, token or user from a network address, ${rateLimits.credentialsPerMinute * CREDENTIALS_PER_ADDRESS} for all of them`;

function limits(): readonly string[] {
  return [
    '## Limits',
    table(
      ['class', 'at most', 'set by'],
      [
        ['`public`', PUBLIC, '`RATE_LIMIT_PUBLIC_PER_MINUTE`'],
        [
          '`credential`',
          `${CREDENTIAL}; and as \`public\` where anybody may call`,
          '`RATE_LIMIT_CREDENTIALS_PER_MINUTE`',
        ],
        ['`none`', 'no limit', ''],
      ],
    ),
    'Every answer of a limited operation has `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`, of the tightest count that applies. Wrong passwords are counted besides: [limits.md](limits.md). Of the operations that want a credential only those of class `credential` are limited, and not by `public`.',
  ];
}

function conditionsOf({ access, limit }: Endpoint): Readonly<{ who: string; limit: string }> {
  return { who: `\`${access}\`: ${WHO[access] ?? ''}`, limit: limitOf(limit, access) };
}

/** How an operation is limited, with the numbers. */
function limitOf(limit: string | null, access: string): string {
  if (limit === 'credential' && access !== 'public') return `\`credential\`: ${CREDENTIAL}.`;
  if (limit === 'credential') return `\`credential\`: ${CREDENTIAL}; and \`public\`: ${PUBLIC}.`;
  if (limit === 'public') return `\`public\`: ${PUBLIC}.`;
  return 'none.';
}

const ANSWERS = `## Answers

A status of 400 or more is \`application/problem+json\` unless something else is said; its codes are listed with it, and
[errors.md](errors.md) explains them. Some requests are refused before an operation is found, so no table below repeats
it: \`request_malformed\`, \`https_required\`, \`route_not_found\`, \`method_not_allowed\`, \`request_timeout\` and
\`headers_too_large\`. Every answer has \`X-Request-ID\`, the security headers, and \`Cache-Control: no-store\` unless another
is named. In the examples secrets are cut short.`;
