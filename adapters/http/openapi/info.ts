/** What holds for every operation. */
export const DESCRIPTION = `Sign-in, sessions and permissions for your applications.

**Tenant.** A request acts in the tenant of its credential, else in the one that \`X-Tenant\` names by its slug or id, else in the default one. Every credential and every link names its tenant itself; an \`X-Tenant\` that disagrees is refused and spends nothing.

**Credential.** An access token, as \`Authorization: Bearer …\`. Where the operator has set \`JWT_TOKEN_LOCATION=headers,cookies\` it may also come as the cookie \`access_token\`; then a request that is not GET or HEAD needs an \`Origin\` that may make it, or is refused with \`csrf_failed\`. A header beside the cookie decides alone. \`x-access\` says who may call an operation: \`public\`, anyone; \`session\`, the access token of a live session; \`fresh_session\`, the same of a session whose user proved who they are at most ten minutes ago; \`own\`, as \`session\`, acting on the caller's own things; \`ended_session\`, as \`session\`, but one that has expired or ended will do.

**Bodies** are JSON in UTF-8. A field that is unknown or of a wrong type is refused, and no body at all counts as \`{}\`. Ids are UUIDv7, times are RFC 3339 in UTC with milliseconds, durations are in seconds.

**Errors** are \`application/problem+json\` (RFC 9457). Branch on \`code\`: each answer lists the codes that it may have, and \`/errors\` explains them. Some requests are refused before an operation is found: \`request_malformed\` (400), \`https_required\` (400; GET and HEAD are redirected by 308), \`route_not_found\` (404), \`method_not_allowed\` (405, with \`Allow\`), \`request_timeout\` (408) and \`headers_too_large\` (431).

**Lists** are answered page by page: \`limit\` says how many a page holds (25; at most 100), and \`cursor\` is \`next_cursor\` of the page before. What is added meanwhile moves nothing from one page to another.

**Limits.** \`x-limit\` names the class of an operation that is limited: \`public\` counts the requests of a network address, \`credential\` those for one name, token or account (and, where anybody may call, those of the address as well), and \`none\` nothing. \`RateLimit-*\` tell of the tightest count that applies.

**Headers of every answer**, so none of them is repeated below: \`X-Request-ID\` (yours, if it is 1 to 64 of \`[A-Za-z0-9._-]\`), \`Cache-Control: no-store\` unless another is told, the security headers, and \`Access-Control-Allow-Origin\` for a page that may read it.

One leading \`/api\` is taken away from every path.`;

/** The groups of operations, in the order in which they are shown. */
export const TAGS = [
  {
    name: 'Sign-up and sign-in',
    description: 'Making an account, proving who one is, and keeping the session going.',
  },
  { name: 'Sessions', description: 'Who is signed in, and signing out.' },
  { name: 'E-mail', description: 'Proving that a mailbox is one’s own.' },
  { name: 'Invitations', description: 'Joining a tenant by a link, as its first owner too.' },
  { name: 'Tokens', description: 'What applications need to verify access tokens by themselves.' },
  { name: 'Operations', description: 'For balancers, monitors and whoever runs the service.' },
];
