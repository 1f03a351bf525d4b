import { BUILT_IN_ROLES, type RoleName, SCOPES } from '../../core/roles/index.ts';
import { codes, page, table } from './markdown.ts';

/** The text of `docs/reference/scopes.md`. */
export function renderScopes(): string {
  const roles = Object.entries<readonly string[]>(BUILT_IN_ROLES);
  const texts: Readonly<Record<string, string>> = ROLE_TEXTS;
  const opening = {
    title: 'Scopes and roles',
    says: 'A scope names one thing that may be done, and a role is a set of scopes. The list of scopes is closed: a tenant cannot add to it, and a name that is not here means nothing.',
    source: '`core/roles`',
  };
  const rows = Object.entries(SCOPES).map(([scope, description]) => {
    const holders = roles.filter(([, scopes]) => scopes.includes(scope)).map(([role]) => role);
    return [`\`${scope}\``, description, codes(holders)];
  });
  return page(opening, [
    HELD,
    '## Scopes',
    table(['scope', 'allows to', 'built-in roles that hold it'], rows),
    '## Built-in roles',
    table(
      ['role', 'scopes', 'for whom'],
      roles.map(([role, scopes]) => [`\`${role}\``, countOf(scopes), texts[role] ?? '']),
    ),
  ]);
}

const HELD = `**Who holds what is read at each request**, from the live rows and not from the token: a role that is taken away is
gone with the next request. \`GET /auth/me\` tells the \`roles\` and \`scopes\` of whoever asks.

**In this release** every route that wants a sign-in acts on the caller's own things, so no route asks for a scope that
\`member\` lacks. API keys, roles that a tenant defines itself and the routes of administration come with later
releases; the scopes that they will ask for are in the list already.`;

const ROLE_TEXTS: Readonly<Record<RoleName, string>> = {
  owner: 'Whoever a tenant belongs to; made by the first link or by `admin create`',
  admin: 'Whoever runs a tenant for its owner; made by `admin create`',
  member: 'Everybody who registers',
  platform_admin:
    'Whoever runs the platform, in the tenant `platform` alone: its routes, and nothing in any tenant',
};

function countOf(scopes: readonly string[]): string {
  if (scopes.length === Object.keys(SCOPES).length) return 'all';
  return codes(scopes);
}
