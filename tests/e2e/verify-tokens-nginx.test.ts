import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { apiClient } from '../support/api-client.ts';
import { type Issuer, signIn, startIssuer } from '../support/issuer.ts';
import { shared } from '../support/lifetime.ts';
import { describeWith, NGINX } from '../support/outside-programs.ts';
import {
  askFor,
  guideBlock,
  type SampleApplication,
  startProgram,
  startVerifierSample,
} from '../support/sample-application.ts';
import { freePort, temporaryFolder } from '../support/server-process.ts';
import { claimsOf, judgedTokens, signToken } from '../support/wrong-tokens.ts';

describeWith(NGINX, 'nginx')('nginx as the guide has it', () => {
  const theIssuer = shared(startIssuer);

  it('lets the tenant’s tokens through and no others, and tells the application whose they are', async () => {
    const issuer = theIssuer();
    const { url } = await startNginx(issuer);
    const { key, acme, other } = issuer;
    const otherTenant = { id: other.tenantId, token: other.token };
    const tokens = judgedTokens({ key, token: acme.token, otherTenant, refreshToken: acme.refreshToken });

    for (const [name, token] of Object.entries(tokens.good)) {
      expect([name, await askFor(url, token)]).toEqual([name, { status: 200, userId: acme.userId }]);
    }
    for (const [name, token] of Object.entries(tokens.wrong)) {
      expect([name, (await askFor(url, token)).status]).toEqual([name, 401]);
    }

    const authorization = `Bearer ${acme.token}`;
    const dressedUp = await apiClient(url).post('/', { a: 'body' }, { authorization, 'x-user': 'somebody' });
    expect(dressedUp.body).toEqual({ of: acme.userId });
  });

  it('keeps an accepted token for a minute or until it expires, whichever is sooner, and no refusal', async () => {
    const issuer = theIssuer();
    const { url, verifier } = await startNginx(issuer);
    const { key, acme, other } = issuer;
    const now = Math.floor(Date.now() / 1000);
    const expiring = (seconds: number) =>
      signToken(key, { ...claimsOf(acme.token), exp: now + seconds, jti: String(seconds) });
    const secondsKept = async (token: string) => {
      const { headers } = await apiClient(verifier.url).get('/', { authorization: `Bearer ${token}` });
      return Number(headers.get('x-accel-expires'));
    };

    expect(await secondsKept(acme.token)).toBe(60);
    expect(await secondsKept(expiring(40))).toBeLessThanOrEqual(40);
    expect(await secondsKept(expiring(-5))).toBe(0);

    expect((await askFor(url, acme.token)).status).toBe(200);
    expect((await askFor(url, expiring(-4))).status).toBe(200);
    expect((await askFor(url, other.token)).status).toBe(401);
    await verifier.stop();
    expect(await askFor(url, acme.token)).toEqual({ status: 200, userId: acme.userId });
    expect((await askFor(url, expiring(-4))).status).toBe(500);
    expect((await askFor(url, other.token)).status).toBe(500);
    expect((await askFor(url, expiring(600))).status).toBe(500);
  });

  it('notices at once, where it asks Gatehouse, that a session ended', async () => {
    const issuer = theIssuer();
    const { url } = await startNginx(issuer);
    const { server, other } = issuer;
    const { token } = await signIn(server, 'acme');
    const payments = `${url}/payments/1`;

    expect((await askFor(payments, token)).status).toBe(200);
    expect((await askFor(payments, other.token)).status).toBe(403);
    await apiClient(server.url).post('/auth/logout', {}, { authorization: `Bearer ${token}` });
    expect((await askFor(payments, token)).status).toBe(401);
    expect((await askFor(url, token)).status).toBe(200);
  });
});

/** The guide's nginx, the verifier that it asks and an application that tells what nginx told it. */
async function startNginx({
  front,
  server,
  acme,
}: Issuer): Promise<{ url: string; verifier: SampleApplication }> {
  const verifier = await startVerifierSample({ issuer: front.url, tenant: acme.tenantId });
  const application = await startEcho();
  const [folder, port] = [await temporaryFolder(), await freePort()];
  const site = replaceEach(await guideBlock('nginx'), [
    ['/run/gatehouse-tokens', join(folder, 'tokens')],
    ['listen 80;', `listen 127.0.0.1:${port};`],
    ['http://127.0.0.1:9001', verifier.url],
    ['http://127.0.0.1:3000', application],
    ['https://auth.example.com', `http://127.0.0.1:${server.port}`],
    ['01990000-0000-7000-8000-000000000000', acme.tenantId],
    ['/etc/ssl/certs/ca-certificates.crt', join(folder, 'none.pem')],
  ]);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const lines = [
    ...['daemon off;', 'worker_processes 1;', 'error_log stderr;', `pid ${join(folder, 'pid')};`],
    ...['events {}', 'http {', 'access_log off;', ...places, site, '}'],
  ];
  await writeFile(join(folder, 'nginx.conf'), lines.join('\n'));
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];
  await startProgram(NGINX ?? '', args, { cwd: folder, env: {}, port });
  return { url: `http://127.0.0.1:${port}`, verifier };
}

function replaceEach(text: string, pairs: readonly (readonly [string, string])[]): string {
  for (const [from] of pairs) expect(text).toContain(from);
  return pairs.reduce((sofar, [from, to]) => sofar.replaceAll(from, to), text);
}

/** An application that knows its user by what nginx says alone. */
async function startEcho(): Promise<string> {
  const echo = createServer((request, response) =>
    response.end(JSON.stringify({ of: request.headers['x-user'] })),
  );
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  onTestFinished(async () => {
    echo.closeAllConnections();
    echo.close();
    await once(echo, 'close');
  });
  const address = echo.address();
  if (address === null || typeof address === 'string') throw new Error('The application has no port');
  return `http://127.0.0.1:${address.port}`;
}
