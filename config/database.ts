import { isBroad, type Lookup } from './lookup.ts';
import { type PostgresUrl, TLS_MODES, type TlsMode } from './postgres-url.ts';
import { isDeployed, type Variable } from './variable.ts';
import { VARIABLES } from './variables/index.ts';

/** How PostgreSQL is reached. */
export type DatabaseConfig = Readonly<{
  /** The serving role; `null`: embedded. */
  url: string | null;
  /** For migrations. `null`: embedded, or in staging and production: this process does not migrate. */
  ownerUrl: string | null;
  /** For jobs across tenants. `null`: embedded, or this command has none. */
  systemUrl: string | null;
  /** As the serving role and never through a pooler, for LISTEN. `null`: embedded. */
  directUrl: string | null;
  /** Of all of them. No URL carries a TLS parameter that could say otherwise. */
  ssl: TlsMode;
  /** PEM text; `null`: the system's authorities. */
  ca: string | null;
  poolMax: number;
}>;

/** One URL for each role. In development and test the serving one stands in for the others. */
export function readDatabase(lookup: Lookup): DatabaseConfig {
  const app = lookup.given(VARIABLES.DATABASE_URL) ?? urlFromParts(lookup);
  const owner = lookup.given(VARIABLES.DATABASE_OWNER_URL);
  const system = lookup.given(VARIABLES.DATABASE_SYSTEM_URL);
  const direct = lookup.given(VARIABLES.DATABASE_DIRECT_URL);
  refuseTwoForms(lookup);
  refuseHalfEmbedded(lookup);
  const standIn = isDeployed(lookup.environment) ? null : app;
  return {
    url: app?.text ?? null,
    ownerUrl: (owner ?? standIn)?.text ?? null,
    systemUrl: (system ?? standIn)?.text ?? null,
    directUrl: (direct ?? app)?.text ?? null,
    ssl: decideTls(lookup, [
      [VARIABLES.DATABASE_URL, app],
      [VARIABLES.DATABASE_OWNER_URL, owner],
      [VARIABLES.DATABASE_SYSTEM_URL, system],
      [VARIABLES.DATABASE_DIRECT_URL, direct],
    ]),
    ca: lookup.given(VARIABLES.DATABASE_CA),
    poolMax: lookup.value(VARIABLES.DATABASE_POOL_MAX),
  };
}

const PARTS = [
  VARIABLES.DATABASE_HOST,
  VARIABLES.DATABASE_PORT,
  VARIABLES.DATABASE_USER,
  VARIABLES.DATABASE_PASSWORD,
  VARIABLES.DATABASE_NAME,
] as const;

function urlFromParts(lookup: Lookup): PostgresUrl | null {
  const host = lookup.given(VARIABLES.DATABASE_HOST);
  const port = lookup.value(VARIABLES.DATABASE_PORT);
  const user = lookup.given(VARIABLES.DATABASE_USER);
  const password = lookup.given(VARIABLES.DATABASE_PASSWORD);
  const name = lookup.given(VARIABLES.DATABASE_NAME);
  if (lookup.isSet(VARIABLES.DATABASE_URL) || !PARTS.some(lookup.isSet)) return null;
  for (const part of [VARIABLES.DATABASE_HOST, VARIABLES.DATABASE_USER, VARIABLES.DATABASE_NAME]) {
    if (!lookup.isSet(part)) lookup.refuse(part, 'is missing, though other parts of the database are set');
  }
  if (!host || !user || !name) return null;
  const credentials = [user, ...(password ? [password] : [])].map(encodeURIComponent).join(':');
  const text = `postgres://${credentials}@${hostInUrl(host)}:${port}/${encodeURIComponent(name)}`;
  return { text, asksFor: null };
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : encodeURIComponent(host);
}

function refuseTwoForms(lookup: Lookup): void {
  const parts = PARTS.filter(lookup.isSet).map(({ name }) => name);
  if (!lookup.isSet(VARIABLES.DATABASE_URL) || parts.length === 0) return;
  lookup.refuse(VARIABLES.DATABASE_URL, `is set together with ${parts.join(', ')}: keep one form`);
}

function refuseHalfEmbedded(lookup: Lookup): void {
  const isOutside = [VARIABLES.DATABASE_URL, ...PARTS].some(lookup.isSet);
  if (isOutside || isDeployed(lookup.environment) || !isBroad(lookup.needs)) return;
  const { DATABASE_OWNER_URL, DATABASE_SYSTEM_URL, DATABASE_DIRECT_URL } = VARIABLES;
  for (const variable of [DATABASE_OWNER_URL, DATABASE_SYSTEM_URL, DATABASE_DIRECT_URL]) {
    if (lookup.isSet(variable)) {
      lookup.refuse(variable, 'is set without DATABASE_URL, so that the rest would be embedded');
    }
  }
}

type RoleUrl = readonly [Variable<unknown>, PostgresUrl | null];

function decideTls(lookup: Lookup, urls: readonly RoleUrl[]): TlsMode {
  const given = lookup.given(VARIABLES.DATABASE_SSL);
  const asked = urls.flatMap(([, url]) => url?.asksFor ?? []);
  const mode = given ?? strongest([lookup.fallback(VARIABLES.DATABASE_SSL), ...asked]);
  for (const [variable, url] of urls) {
    const reason = url?.asksFor && refusalOf(url.asksFor, mode);
    if (reason) lookup.refuse(variable, reason);
  }
  return mode;
}

function refusalOf(asked: TlsMode, mode: TlsMode): string | null {
  if (asked === 'disable' && mode !== 'disable') {
    return 'switches TLS off in its parameters: where that is meant, set DATABASE_SSL=disable';
  }
  if (TLS_MODES.indexOf(asked) <= TLS_MODES.indexOf(mode)) return null;
  return 'asks for more TLS in its parameters than DATABASE_SSL: raise that, or take sslmode out';
}

function strongest(modes: readonly TlsMode[]): TlsMode {
  return TLS_MODES.findLast((mode) => modes.includes(mode)) ?? 'verify-full';
}
