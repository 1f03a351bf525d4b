// The session check: Fastify, a checked token, and one named statement. The mode names the statement, and
// `unseen-` before it the check of a token's signature each time.
import type { FastifyRequest } from 'fastify';
import pg from 'pg';
import { readOptions } from './shared/options.ts';
import { FULL_ANSWER, LEAN_ANSWER } from './shared/schemas.ts';
import { createServer, serve } from './shared/server.ts';
import { createMemoisedVerify, createVerify } from './shared/tokens.ts';

const STATEMENTS = {
  function: 'SELECT * FROM bench.session_check($1, $2, $3)',
  answer: 'SELECT * FROM bench.session_answer($1, $2, $3)',
  select: `SELECT u.id AS user_id, u.email, u.name, s.aal
    FROM gatehouse.sessions s JOIN gatehouse.users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
    WHERE s.tenant_id = $1 AND s.id = $2 AND s.user_id = $3 AND s.ended_at IS NULL AND u.status = 'active'
      AND clock_timestamp() < least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at)`,
} as const;

type Mode = keyof typeof STATEMENTS;
type LeanRow = Readonly<{ user_id: string; email: string; name: string | null; aal: number }>;
type FullRow = LeanRow &
  Readonly<Record<'session_id' | 'tenant_id' | 'slug' | 'tenant_name', string>> &
  Readonly<Record<'username' | 'locale' | 'picture' | 'device_name' | 'user_agent' | 'ip', string | null>> &
  Readonly<Record<'user_created_at' | 'updated_at' | 'created_at' | 'last_seen_at' | 'expires_at', Date>> &
  Readonly<{ email_verified: boolean; metadata: object; status: string; last_login_at: Date | null }> &
  Readonly<{ roles: readonly string[]; amr: readonly string[] }>;

const options = readOptions();
const isUnseen = options.mode.startsWith('unseen-');
const mode = options.mode.replace('unseen-', '') as Mode;
const check = isUnseen ? createVerify(options) : createMemoisedVerify(options);
const isPlain = mode === 'select';
const pool = new pg.Pool({
  connectionString: isPlain ? options.plainDatabaseUrl : options.databaseUrl,
  max: options.poolMax,
});

async function find<Row extends LeanRow>(request: FastifyRequest): Promise<Row> {
  const { tid, sid, sub } = check(request.headers.authorization);
  const { rows } = await pool.query<Row>({ name: mode, text: STATEMENTS[mode], values: [tid, sid, sub] });
  const [row] = rows;
  if (!row) throw new Error('The session is over');
  return row;
}

function fullAnswer(row: FullRow) {
  return {
    user: {
      ...{ id: row.user_id, email: row.email, email_verified: row.email_verified, username: row.username },
      ...{ name: row.name, locale: row.locale, picture: row.picture, metadata: row.metadata },
      ...{ status: row.status, mfa_enabled: false, roles: row.roles },
      created_at: row.user_created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
      last_login_at: row.last_login_at?.toISOString() ?? null,
    },
    tenant: { id: row.tenant_id, slug: row.slug, name: row.tenant_name },
    session: {
      ...{ id: row.session_id, current: true, device: row.device_name, browser: null, os: null },
      ...{ ip: row.ip, location: null, amr: row.amr, aal: row.aal },
      created_at: row.created_at.toISOString(),
      last_seen_at: row.last_seen_at.toISOString(),
      expires_at: row.expires_at.toISOString(),
    },
    roles: row.roles,
    scopes: [],
    credential: 'session',
  };
}

const server = createServer();
if (mode === 'answer') {
  server.get('/auth/me', { schema: { response: { 200: FULL_ANSWER } } }, async (request) =>
    fullAnswer(await find<FullRow>(request)),
  );
} else {
  server.get('/auth/me', { schema: { response: { 200: LEAN_ANSWER } } }, async (request) => {
    const { user_id: id, email, name, aal } = await find(request);
    return { user: { id, email, name }, aal };
  });
}
await serve(server, options.port);
