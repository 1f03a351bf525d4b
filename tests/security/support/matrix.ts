import type { InjectOptions } from 'fastify';
import type { Credential } from './credentials.ts';
import { type Answer, AUDIT, type Example, type Route } from './routes.ts';
import type { Slug, World } from './world.ts';

/** What a request says in `X-Tenant`: nothing, one of two tenants, or what goes by no name. */
export type Named = 'none' | 'home' | 'rival' | 'unknown';
export const NAMES: readonly Named[] = ['none', 'home', 'rival', 'unknown'];

const METHODS = ['DELETE', 'GET', 'POST'] as const;

export type Cell = Readonly<{ route: Route; credential: Credential; named: Named }>;

/** What a cell of the matrix must come to. */
export type Expectation = Readonly<{
  status: number;
  code: string | null;
  /** Every `tenant.table` whose rows change. All others hold what they held. */
  changes: readonly string[];
  /** The one tenant of which the answer may tell. */
  tellsOf: Slug | null;
}>;

/** What api.md promises for a cell. */
export function expectationOf({ route, credential, named }: Cell): Expectation {
  if (route.access !== 'public') return behindCredential({ route, credential, named });
  // "On public routes the `Authorization` and `X-API-Key` headers are not looked at, for the tenant either."
  if (route.tenantBy === 'nothing') return expectation(route.answer, route.tellsOf ?? null);
  if (route.tenantBy === 'secret') {
    const agrees = named === 'none' || named === 'home';
    return expectation(agrees ? route.answer : route.mismatch, 'home');
  }
  if (named === 'unknown') return expectation({ status: 404, code: 'tenant_not_found' }, null);
  const slug = named === 'none' ? 'default' : named;
  return expectation(route.answers[slug], slug);
}

function behindCredential({ route, credential, named }: Cell): Expectation {
  if (route.access === 'public') throw new Error(`${route.route} wants no credential`);
  const isEndedFine = route.access === 'ended_session' && credential.passesEnded;
  if (credential.refusal && !isEndedFine) return refusal(credential.refusal);
  const { tenant } = credential;
  if (tenant === null) throw new Error(`${credential.who} has no tenant to act in`);
  if (named !== 'none' && named !== tenant) {
    return expectation({ status: 403, code: 'tenant_mismatch', changes: AUDIT }, tenant);
  }
  const hasEnded = credential.refusal === 'session_revoked';
  const answer = route.access === 'ended_session' && hasEnded ? route.answerToEnded : route.answer;
  return expectation(answer, tenant);
}

function refusal(code: NonNullable<Credential['refusal']>): Expectation {
  const status = code === 'credentials_ambiguous' ? 400 : 401;
  return expectation({ status, code }, null);
}

function expectation({ status, code, changes = [] }: Answer, slug: Slug | null): Expectation {
  const places = changes.map((table) => `${slug}.${table}`).sort();
  return { status, code: code ?? null, changes: places, tellsOf: status < 400 ? slug : null };
}

/** The request of a cell, with the headers that make it one. */
export function requestOf(
  { route, named }: Pick<Cell, 'route' | 'named'>,
  { path, body, headers, query = '' }: Example,
  world: World,
): InjectOptions {
  const [, registered = ''] = route.route.split(' ');
  const method = methodOf(route);
  const takesBody = method === 'POST';
  return {
    method,
    url: `${path ?? route.path ?? registered}${query}`,
    headers: {
      ...headers,
      ...(takesBody && { 'content-type': 'application/json' }),
      ...namedBy(named, world),
    },
    ...(takesBody && { payload: JSON.stringify(body ?? {}) }),
  };
}

function methodOf({ route }: Route): (typeof METHODS)[number] {
  const method = METHODS.find((name) => route.startsWith(`${name} `));
  if (!method) throw new Error(`No test sends such a request yet: ${route}`);
  return method;
}

/** By its slug or by its id: both name a tenant. */
function namedBy(named: Named, { tenants }: World): Readonly<Record<string, string>> {
  if (named === 'none') return {};
  return { 'x-tenant': { home: 'home', rival: tenants.rival.id, unknown: 'nobody' }[named] };
}
