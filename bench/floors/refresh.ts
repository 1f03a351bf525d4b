// Refresh: Fastify, one statement that puts the hash of a new secret in place of the old one's, and a signed access
// token. Mode `function` or `audited` under row-level security, `cte` without.
import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { readOptions } from './shared/options.ts';
import { REFRESH_ANSWER } from './shared/schemas.ts';
import { createServer, serve } from './shared/server.ts';
import { accessTokenOf, createSign } from './shared/tokens.ts';

const STATEMENTS = {
  function: 'SELECT * FROM bench.rotate($1, $2, $3, $4)',
  audited: 'SELECT * FROM bench.rotate_audited($1, $2, $3, $4)',
  cte: `WITH rotated AS (
      UPDATE bench.sessions s
      SET secret_hash = $4, number = s.number + 1, rotated_at = clock_timestamp(), last_seen_at = clock_timestamp(),
        idle_expires_at = clock_timestamp() + make_interval(secs => s.idle_seconds)
      WHERE s.tenant_id = $1 AND s.id = $2 AND s.secret_hash = $3 AND s.ended_at IS NULL
        AND clock_timestamp() < least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at)
      RETURNING s.tenant_id, s.user_id)
    SELECT u.id AS user_id, u.email FROM rotated r JOIN bench.users u ON u.tenant_id = r.tenant_id AND u.id = r.user_id`,
} as const;

const options = readOptions();
const mode = options.mode as keyof typeof STATEMENTS;
const sign = createSign(options);
const pool = new pg.Pool({
  connectionString: mode === 'cte' ? options.plainDatabaseUrl : options.databaseUrl,
  max: options.poolMax,
});

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

const server = createServer();
server.post<{ Body: { refresh_token: string } }>(
  '/auth/refresh',
  { schema: { response: { 200: REFRESH_ANSWER } } },
  async ({ body }) => {
    const [tenantId = '', sessionId = '', secret = ''] = body.refresh_token.split('.');
    const next = randomBytes(16).toString('base64url');
    const { rows } = await pool.query<{ user_id: string; email: string }>({
      name: mode,
      text: STATEMENTS[mode],
      values: [tenantId, sessionId, hashOf(secret), hashOf(next)],
    });
    const [user] = rows;
    if (!user) throw new Error('The token is spent');
    return {
      access_token: sign(
        accessTokenOf(options, { tenantId, sessionId, userId: user.user_id, email: user.email }),
      ),
      token_type: 'Bearer',
      expires_in: 900,
      refresh_token: `${tenantId}.${sessionId}.${next}`,
    };
  },
);
await serve(server, options.port);
