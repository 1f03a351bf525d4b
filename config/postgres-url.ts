import type { Parsed, Parser } from './variable.ts';

/** From weakest to strongest. `require` encrypts without asking who is at the other end. */
export const TLS_MODES = ['disable', 'require', 'verify-full'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

/** A connection string without its TLS parameters, and what those asked for. */
export type PostgresUrl = Readonly<{
  /** The driver would let `sslmode` in here overrule its own settings, so it is gone. */
  text: string;
  /** `null`: nothing in particular. */
  asksFor: TlsMode | null;
}>;

/** A PostgreSQL connection string. Its TLS parameters are taken out of it. */
export const postgresUrl: Parser<PostgresUrl> = {
  values: 'a postgres:// or postgresql:// URL with reserved characters percent-encoded',
  parse(text) {
    if (!isPostgresUrl(text)) return { reason: `must be ${postgresUrl.values}` };
    const [base = '', ...rest] = text.split('?');
    const query = new URLSearchParams(rest.join('?'));
    const asksFor = takeTlsMode(query);
    if ('reason' in asksFor) return asksFor;
    if ([...query.keys()].some((name) => name.startsWith('ssl'))) return { reason: CERTIFICATE_FILES };
    return { value: { text: query.size > 0 ? `${base}?${query}` : base, asksFor: asksFor.value } };
  },
};

function isPostgresUrl(text: string): boolean {
  if (!/^postgres(?:ql)?:\/\/\S+$/.test(text) || text.includes('#')) return false;
  return URL.canParse(text.replace('@/', '@localhost/'));
}

const CERTIFICATE_FILES =
  'has TLS parameters beside sslmode: give the authority by DATABASE_CA (client certificates are not supported)';

const ASKED: ReadonlyMap<string, TlsMode | null> = new Map([
  ['disable', 'disable'],
  ['allow', null],
  ['prefer', null],
  ['no-verify', 'require'],
  ['require', 'require'],
  ['verify-ca', 'verify-full'],
  ['verify-full', 'verify-full'],
  ['0', 'disable'],
  ['false', 'disable'],
  ['1', 'require'],
  ['true', 'require'],
]);

function takeTlsMode(query: URLSearchParams): Parsed<TlsMode | null> {
  const text = query.getAll('sslmode').at(-1) ?? query.getAll('ssl').at(-1);
  for (const name of ['sslmode', 'ssl', 'uselibpqcompat']) query.delete(name);
  if (text === undefined) return { value: null };
  const mode = ASKED.get(text);
  return mode === undefined ? { reason: 'has an sslmode that PostgreSQL does not know' } : { value: mode };
}
