import { once } from 'node:events';
import { createServer } from 'node:http';
import { whenOver } from './lifetime.ts';

export type JwksFront = Readonly<{
  /** An origin, to be the issuer's. */
  url: string;
  port: number;
  /** How often anything was asked of it so far. */
  requests(): number;
  /** Answers JWKS with these keys from now on. `null`, as at first: with 503. */
  publish(keys: readonly unknown[] | null): void;
  /** Takes requests from now on and never answers them, until it publishes anew. */
  hang(): void;
  /** How many of the requests that it never answered were given up. */
  givenUp(): number;
}>;

/** Stands where applications look for JWKS, and counts. Closed when the test is over. */
export async function startJwksFront(): Promise<JwksFront> {
  let published: readonly unknown[] | null = null;
  let requests = 0;
  let hangs = false;
  let givenUp = 0;
  const server = createServer((request, response) => {
    requests += 1;
    if (hangs) {
      response.on('close', () => {
        givenUp += 1;
      });
      return;
    }
    const isThere = request.url === '/.well-known/jwks.json' && published !== null;
    response.writeHead(isThere ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isThere ? { keys: published } : {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  whenOver(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The front has no port');
  return {
    url: `http://localhost:${address.port}`,
    port: address.port,
    requests: () => requests,
    publish: (keys) => {
      published = keys;
      hangs = false;
    },
    hang: () => {
      hangs = true;
    },
    givenUp: () => givenUp,
  };
}
