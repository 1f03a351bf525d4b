// The peer: better-auth behind Node's own server, over the same Postgres in a database of its own, with the same
// password hash at the same parameters, and nothing on that it could do without.
import { createServer } from 'node:http';
import { hash, verify } from '@node-rs/argon2';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import pg from 'pg';

const { port, databaseUrl, poolMax, argon2, mode } = JSON.parse(process.argv[2] ?? '{}');
const parameters = { algorithm: 2, ...argon2 };

const auth = betterAuth({
  database: new pg.Pool({ connectionString: databaseUrl, max: poolMax }),
  baseURL: 'http://localhost:8080',
  secret: 'the-key-of-the-bench-which-guards-nothing-at-all-0123456789',
  emailAndPassword: {
    enabled: true,
    password: {
      hash: (password) => hash(password, parameters),
      verify: ({ hash: known, password }) => verify(known, password),
    },
  },
  // `refresh`: each look at the session renews it, which is the nearest that it has; there is no rotation.
  session: mode === 'refresh' ? { updateAge: 0 } : {},
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
});

const { runMigrations } = await getMigrations(auth.options);
await runMigrations();

const handle = toNodeHandler(auth);
createServer((request, response) => {
  if (request.url === '/ready') {
    response.end('{"status":"ok"}');
    return;
  }
  void handle(request, response);
}).listen(port, '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
