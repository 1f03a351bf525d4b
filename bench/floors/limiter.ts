// A public GET of Fastify with the service's own limits, counted in this process (mode `limited`), or without any.
// Who sends a request is found out in both.
import { createMacKeys } from '../../adapters/crypto/mac-keys.ts';
import { registerClientAddress } from '../../adapters/http/access/client-address.ts';
import { createCountPublic, registerPublicLimit } from '../../adapters/http/access/limits.ts';
import { createRateLimiter } from '../../adapters/memory/rate-limiter.ts';
import { readOptions } from './shared/options.ts';
import { LEAN_ANSWER } from './shared/schemas.ts';
import { createServer, serve } from './shared/server.ts';

const options = readOptions();
const server = createServer();
registerClientAddress(server, { trustedProxies: [] });
if (options.mode === 'limited') {
  const countPublic = createCountPublic({
    limiter: createRateLimiter({ clock: { now: () => new Date(performance.now()) } }),
    rateLimits: { credentialsPerMinute: 1_000_000, publicPerMinute: 10_000_000 },
    macKeys: createMacKeys(['the-key-of-the-bench-which-guards-nothing-at-all-0123456789']),
    onRateDecision: () => undefined,
  });
  registerPublicLimit(server, countPublic);
}
const answer = {
  user: { id: '00000000-0000-7000-8000-000000000000', email: 'user@example.test', name: null },
  aal: 1,
};
const config = { access: 'public', limit: 'public' } as const;
server.get('/public', { config, schema: { response: { 200: LEAN_ANSWER } } }, async () => answer);
await serve(server, options.port);
