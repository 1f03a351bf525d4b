// Fastify and the check of a token, nothing asked of anybody. Mode `memoised`, or `verified` each time.
import { readOptions } from './shared/options.ts';
import { LEAN_ANSWER } from './shared/schemas.ts';
import { createServer, serve } from './shared/server.ts';
import { createMemoisedVerify, createVerify } from './shared/tokens.ts';

const options = readOptions();
const check = options.mode === 'memoised' ? createMemoisedVerify(options) : createVerify(options);
const server = createServer();
server.get('/auth/me', { schema: { response: { 200: LEAN_ANSWER } } }, async (request) => {
  const { sub, email } = check(request.headers.authorization);
  return { user: { id: sub, email, name: null }, aal: 1 };
});
await serve(server, options.port);
