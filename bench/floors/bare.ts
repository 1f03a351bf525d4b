// A bare Fastify GET: what a request costs before anything is done for it.
import { readOptions } from './shared/options.ts';
import { LEAN_ANSWER } from './shared/schemas.ts';
import { createServer, serve } from './shared/server.ts';

const server = createServer();
const answer = {
  user: { id: '00000000-0000-7000-8000-000000000000', email: 'user@example.test', name: null },
  aal: 1,
};
server.get('/auth/me', { schema: { response: { 200: LEAN_ANSWER } } }, async () => answer);
await serve(server, readOptions().port);
