import { describe, expect, it, vi } from 'vitest';
import { type Issuer, startIssuer } from '../support/issuer.ts';
import { type JwksFront, startJwksFront } from '../support/jwks-front.ts';
import { shared } from '../support/lifetime.ts';
import { describeWith, GO, PYTHON } from '../support/outside-programs.ts';
import {
  goSampleIn,
  type SampleApplication,
  type SampleTimes,
  type StartSample,
  startFastifySample,
  startPythonSample,
  startVerifierSample,
} from '../support/sample-application.ts';
import { temporaryFolder } from '../support/server-process.ts';
import { judgedTokens, newTokenKey, publicJwk, signToken, type TokenKey } from '../support/wrong-tokens.ts';

const CLAIMS = { tid: 'acme', sub: 'ada', sid: 'a session' };
/** Applications ask it, and change nothing. */
const theIssuer = shared(startIssuer);

describe('the Node sample with Fastify', () => {
  verifiesTokens(startFastifySample);
  goesOnWithoutGatehouse(startFastifySample);
});
describe('the Node sample with an Express-like handler', () => verifiesTokens(startVerifierSample));
describeWith(PYTHON, 'a Python with PyJWT and cryptography')('the Python sample', () => {
  verifiesTokens(startPythonSample);
  goesOnWithoutGatehouse(startPythonSample);
});
describeWith(GO, 'Go')('the Go sample', () => {
  const startGoSample = goSampleIn(shared(temporaryFolder));
  verifiesTokens(startGoSample);
  goesOnWithoutGatehouse(startGoSample);
});

function verifiesTokens(startSample: StartSample): void {
  it('takes the tokens of its tenant and refuses all others, with one request for JWKS', async () => {
    const issuer = theIssuer();
    const requestsBefore = issuer.front.requests();
    const application = await startSample(settingsOf(issuer));
    const { good, wrong } = tokensOf(issuer);

    expect(await statusesOf(application, good)).toEqual(all(good, 200));
    expect(await statusesOf(application, wrong)).toEqual(all(wrong, 401));
    expect(await application.ask(issuer.acme.token)).toEqual({ status: 200, userId: issuer.acme.userId });
    expect(issuer.front.requests() - requestsBefore).toBe(1);
  });

  it('asks for JWKS again when a token names a new key, and says 503 while it cannot be had', async () => {
    const front = await startJwksFront();
    const application = await startSample({ issuer: front.url, tenant: 'acme', pauseSeconds: 0 });
    const [first, next] = [newTokenKey('first'), newTokenKey('next')];
    const statusFor = async (key: TokenKey) => (await application.ask(tokenOf(key, front))).status;

    expect(await statusFor(first)).toBe(503);
    front.publish([publicJwk(first)]);
    expect(await statusFor(first)).toBe(200);
    expect(await statusFor(next)).toBe(401);

    front.publish(null);
    expect(await statusFor(next)).toBe(503);
    expect(await statusFor(first)).toBe(200);
    front.publish([publicJwk(next), publicJwk(first)]);
    expect(await statusFor(next)).toBe(200);
  });

  it('takes the audience that it is told in place of the tenant’s id', async () => {
    const front = await startJwksFront();
    const audience = 'https://api.example.com';
    const application = await startSample({ issuer: front.url, tenant: 'acme', audience });
    const key = newTokenKey('first');
    front.publish([publicJwk(key)]);

    expect((await application.ask(tokenOf(key, front, audience))).status).toBe(200);
    expect((await application.ask(tokenOf(key, front))).status).toBe(401);
  });

  it('knows the scheme Bearer in any case, and takes no token without it', async () => {
    const front = await startJwksFront();
    const { url } = await startSample({ issuer: front.url, tenant: 'acme' });
    const key = newTokenKey('first');
    front.publish([publicJwk(key)]);
    const token = tokenOf(key, front);
    const statusFor = async (authorization: string) =>
      (await fetch(url, { headers: { authorization } })).status;

    expect(await statusFor(`bearer ${token}`)).toBe(200);
    expect(await statusFor(`BEARER ${token}`)).toBe(200);
    expect(await statusFor(token)).toBe(401);
    expect(await statusFor(`Basic ${token}`)).toBe(401);
  });
}

function goesOnWithoutGatehouse(startSample: StartSample): void {
  it('goes on with the keys it knows while JWKS fails, and asks for it once a pause', async () => {
    const { front, token, statusFor } = await startWithKey({ keepSeconds: 0, pauseSeconds: 1 });
    const unknown = tokenOf(newTokenKey('unknown'), front);
    const start = performance.now();

    expect(await statusFor(token)).toBe(200);
    front.publish(null);
    while (front.requests() < 3) {
      expect(await statusFor(token)).toBe(200);
      expect([401, 503]).toContain(await statusFor(unknown));
    }
    const requests = front.requests();
    expect(requests - 1).toBeLessThanOrEqual((performance.now() - start) / 1000);
    expect(await statusFor(unknown)).toBe(503);
  });

  it('lets no token of a known key wait for the request that another one makes', async () => {
    const { front, token, statusFor } = await startWithKey({ keepSeconds: 0, pauseSeconds: 0 });
    expect(await statusFor(token)).toBe(200);
    front.hang();

    const statuses: number[] = [];
    const asked = Array.from({ length: 6 }, async () => statuses.push(await statusFor(token)));
    await vi.waitUntil(() => statuses.length >= 5, { timeout: 30_000 });
    expect(front.givenUp()).toBe(0);
    await Promise.all(asked);
    expect(statuses).toEqual(Array(6).fill(200));
  });

  it('makes one request for all where it has no key, and none in the pause after it failed', async () => {
    const { front, token, statusFor } = await startWithKey();
    const six = () => Promise.all(Array.from({ length: 6 }, () => statusFor(token)));
    front.hang();

    expect(await six()).toEqual(Array(6).fill(503));
    expect(await six()).toEqual(Array(6).fill(503));
    expect(front.requests()).toBe(1);
  });

  it('gives up the keys it knows when they could not be had for too long', async () => {
    const { front, token, statusFor } = await startWithKey({
      keepSeconds: 0,
      trustSeconds: 2,
      pauseSeconds: 0,
    });
    expect(await statusFor(token)).toBe(200);
    front.publish(null);
    await vi.waitUntil(async () => (await statusFor(token)) === 503, { timeout: 30_000 });
  });

  async function startWithKey(times: SampleTimes = {}) {
    const front = await startJwksFront();
    const application = await startSample({ issuer: front.url, tenant: 'acme', ...times });
    const key = newTokenKey('first');
    front.publish([publicJwk(key)]);
    const statusFor = async (token: string) => (await application.ask(token)).status;
    return { front, token: tokenOf(key, front), statusFor };
  }
}

/** A good token of the tenant `acme`, if it is for that audience. */
function tokenOf(key: TokenKey, front: JwksFront, audience = 'acme'): string {
  const now = Math.floor(Date.now() / 1000);
  return signToken(key, { ...CLAIMS, aud: audience, iss: front.url, iat: now, exp: now + 900 });
}

function settingsOf({ front, acme }: Issuer) {
  return { issuer: front.url, tenant: acme.tenantId };
}

function tokensOf({ key, acme, other }: Issuer) {
  const otherTenant = { id: other.tenantId, token: other.token };
  return judgedTokens({ key, token: acme.token, otherTenant, refreshToken: acme.refreshToken });
}

async function statusesOf(application: SampleApplication, tokens: Readonly<Record<string, string>>) {
  const statuses: Record<string, number> = {};
  for (const [name, token] of Object.entries(tokens)) statuses[name] = (await application.ask(token)).status;
  return statuses;
}

function all(tokens: Readonly<Record<string, string>>, status: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.keys(tokens).map((name) => [name, status]));
}
