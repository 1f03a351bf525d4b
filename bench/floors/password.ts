// Passwords: Fastify and Argon2. Mode `raw` compares and does nothing else; `composite` is a login or a registration
// of the least real code: look-up, Argon2, one insert, a signed token. Hashes run in libuv's own pool, without a cap.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import pg from 'pg';
import { readOptions } from './shared/options.ts';
import { REFRESH_ANSWER } from './shared/schemas.ts';
import { createServer, serve } from './shared/server.ts';
import { accessTokenOf, createMemoisedVerify, createSign } from './shared/tokens.ts';

type Details = Readonly<{ Body: { email: string; password: string; name?: string } }>;

const options = readOptions();
const { argon2, tenantId } = options;
const pool = new pg.Pool({ connectionString: options.databaseUrl, max: options.poolMax });
const sign = createSign(options);
const check = createMemoisedVerify(options);
const server = createServer();

async function find(email: string): Promise<{ user_id: string; password_hash: string }> {
  const text = 'SELECT * FROM bench.credential_find($1, $2)';
  const { rows } = await pool.query({ name: 'find', text, values: [tenantId, email] });
  return rows[0];
}

async function beginSession(userId: string, email: string) {
  const [sessionId, secret] = [randomUUID(), randomBytes(16).toString('base64url')];
  const secretHash = createHash('sha256').update(secret).digest();
  const text = 'SELECT bench.session_begin($1, $2, $3, $4)';
  await pool.query({ name: 'begin', text, values: [tenantId, sessionId, userId, secretHash] });
  return {
    access_token: sign(accessTokenOf(options, { tenantId, sessionId, userId, email })),
    token_type: 'Bearer',
    expires_in: 900,
    refresh_token: `${tenantId}.${sessionId}.${secret}`,
  };
}

async function makeUser(email: string, name: string, passwordHash: string): Promise<string> {
  const client = await pool.connect();
  const id = randomUUID();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('app.tenant_id', $1, true)`, [tenantId]);
    await client.query(
      'INSERT INTO bench.users (tenant_id, id, email, email_verified, name, password_hash) VALUES ($1, $2, $3, false, $4, $5)',
      [tenantId, id, email, name, passwordHash],
    );
    await client.query(`INSERT INTO bench.user_roles (tenant_id, user_id, role) VALUES ($1, $2, 'user')`, [
      tenantId,
      id,
    ]);
    await client.query('COMMIT');
    return id;
  } finally {
    client.release();
  }
}

if (options.mode === 'raw') {
  const known = await hash('Correct-Horse-9-Battery', { algorithm: 2, ...argon2 });
  server.post<Details>('/auth/login', async ({ body }) => {
    if (!(await verify(known, body.password))) throw new Error('The password is wrong');
    return { access_token: 'none' };
  });
} else {
  server.post<Details>('/auth/login', { schema: { response: { 200: REFRESH_ANSWER } } }, async ({ body }) => {
    const { user_id: userId, password_hash: known } = await find(body.email);
    if (!(await verify(known, body.password))) throw new Error('The password is wrong');
    return beginSession(userId, body.email);
  });
}

server.post<Details>('/auth/register', async ({ body: { email, name = '', password } }, reply) => {
  const id = await makeUser(email, name, await hash(password, { algorithm: 2, ...argon2 }));
  return reply.code(201).send({ user: { id, email, name } });
});

// For the probes beside a storm of logins.
server.get('/auth/me', async (request) => {
  const { tid, sid, sub } = check(request.headers.authorization);
  const text = 'SELECT * FROM bench.session_check($1, $2, $3)';
  const { rows } = await pool.query({ name: 'check', text, values: [tid, sid, sub] });
  return { user: rows[0] };
});
await serve(server, options.port);
