import type { InjectOptions } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { PASSWORD } from '../../support/service.ts';
import {
  DEFAULT_LIMITS,
  type From,
  guess,
  newHost,
  postFrom,
  verdict,
  verdicts,
} from '../support/attempts.ts';
import { type HttpService, ownService, sharedService } from '../support/http-service.ts';
import { bearer, newAddress, newSession, register } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';

const LIMITED = '429 rate_limited';
const service = sharedService(DEFAULT_LIMITS);
const here = () => ({ address: newHost() });
const resend = (email: string, from: From, of: HttpService = service()) =>
  postFrom(of, '/auth/email/resend-verification', { email }, from);

describe('credential routes', () => {
  /** One body each, its identifier the same every time. */
  const ROUTES: readonly (readonly [string, () => Promise<object>])[] = [
    ['/auth/register', async () => ({ email: newAddress(), password: 'weak' })],
    ['/auth/email/resend-verification', async () => ({ email: newAddress() })],
    ['/auth/email/verify', async () => ({ token: await deadLink() })],
    ['/auth/invitations/accept', async () => ({ token: await deadLink(), password: PASSWORD })],
    ['/auth/login', async () => ({ email: (await register(service())).email, password: PASSWORD })],
  ];

  it.each(ROUTES)('%s takes five a minute for one identifier, address and tenant', async (url, makeBody) => {
    const [from, body] = [here(), await makeBody()];
    const first = await verdicts(5, () => postFrom(service(), url, body, from));
    expect(first).not.toContain(LIMITED);

    const response = await postFrom(service(), url, body, from);

    expectProblem(response, 'rate_limited');
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(50);
    expect(Number(response.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(verdict(await postFrom(service(), url, body, here()))).toBe(first[0]);
    expect(verdict(await postFrom(service(), url, await makeBody(), from))).toBe(first[0]);
  });

  it.each(ROUTES)('%s says what is left', async (url, makeBody) => {
    const [from, body] = [here(), await makeBody()];
    const left = [];
    for (let count = 0; count < 6; count += 1) {
      const { headers } = await postFrom(service(), url, body, from);
      expect(headers['ratelimit-limit']).toBe('5');
      expect(Number(headers['ratelimit-reset'])).toBeGreaterThan(50);
      left.push(headers['ratelimit-remaining']);
    }

    expect(left).toEqual(['4', '3', '2', '1', '0', '0']);
  });

  it('are these, and no others, of what is there', () => {
    // What wants a session besides is of this class too, and no public route (tests/http/auth/reauthenticate*).
    const credential = operationsOf(service()).filter(
      ({ limit, access }) => limit === 'credential' && access === 'public',
    );

    expect(credential.map(({ url }) => url).sort()).toEqual(ROUTES.map(([url]) => url).sort());
  });

  it('take ten times as many for all identifiers of an address in a tenant together', async () => {
    const from = here();
    await service().app.services.createTenant('acme', 'Acme');
    expect(await verdicts(50, () => resend(newAddress(), from))).toEqual(Array(50).fill('202'));

    expect(verdict(await resend(newAddress(), from))).toBe(LIMITED);
    expect(verdict(await guess(service(), newAddress(), from))).toBe(LIMITED);
    expect(verdict(await resend(newAddress(), here()))).toBe('202');
    expect(verdict(await resend(newAddress(), { ...from, tenant: 'acme' }))).toBe('202');
  });

  it('count nothing for one that is full already', async () => {
    const [from, email] = [here(), newAddress()];
    await verdicts(5, () => resend(email, from));
    await verdicts(60, () => resend(email, from));

    expect(verdict(await resend(newAddress(), from))).toBe('202');
  });

  it('count the /64 of an IPv6 address', async () => {
    const email = newAddress();
    await verdicts(5, () => resend(email, { address: '2001:db8:5::1' }));

    expect(verdict(await resend(email, { address: '2001:db8:5::2:0:0:1' }))).toBe(LIMITED);
    expect(verdict(await resend(email, { address: '2001:db8:5:1::1' }))).toBe('202');
  });

  it('count every spelling of an address as one', async () => {
    const [from, email] = [here(), newAddress()];
    await verdicts(3, () => resend(email, from));
    await verdicts(2, () => resend(` ${email.toUpperCase()}`, from));

    expect(verdict(await resend(email, from))).toBe(LIMITED);
  });

  it('count neither a wrong body, nor an unknown tenant, nor one that disagrees', async () => {
    const [from, email] = [here(), newAddress()];
    const token = await deadLink();
    await verdicts(60, () =>
      postFrom(service(), '/auth/email/resend-verification', { email, more: 1 }, from),
    );
    await verdicts(60, () => resend(email, { ...from, tenant: 'nobody' }));
    await verdicts(8, () =>
      postFrom(service(), '/auth/email/verify', { token }, { ...from, tenant: 'platform' }),
    );

    expect(await verdicts(5, () => resend(email, from))).toEqual(Array(5).fill('202'));
    const open = () => postFrom(service(), '/auth/email/verify', { token }, from);
    expect(await verdicts(6, open)).toEqual([...Array(5).fill('410 link_used'), LIMITED]);
  });

  it('speak of a lock first, of a limit after it, of an unknown address as of a known one', async () => {
    const known = await register(service());
    for (const email of [known.email, newAddress()]) {
      const from = here();
      expect(await verdicts(8, () => guess(service(), email, from))).toEqual([
        ...Array(5).fill('401 invalid_credentials'),
        ...Array(3).fill('429 account_locked'),
      ]);
    }
  });

  it('refuse a right password that is over the limit without locking anything', async () => {
    const [from, person] = [here(), await register(service())];
    const body = { email: person.email, password: PASSWORD };
    const enter = () => postFrom(service(), '/auth/login', body, from);

    expect(await verdicts(8, enter)).toEqual([...Array(5).fill('200'), ...Array(3).fill(LIMITED)]);
    expect(verdict(await postFrom(service(), '/auth/login', body, here()))).toBe('200');
  });
});

it('shows nobody in the counters whom it counts', async () => {
  const own = await ownService(DEFAULT_LIMITS);
  const seen: string[] = [];
  const { limiter } = own.app.limits;
  const hit = limiter.hit.bind(limiter);
  vi.spyOn(limiter, 'hit').mockImplementation((group, buckets) => {
    seen.push(group, ...buckets.map(({ key }) => key));
    return hit(group, buckets);
  });

  await resend('ada.marker@example.test', { address: '198.51.100.77' }, own);

  expect(seen.length).toBeGreaterThan(3);
  expect(seen.join(' ')).not.toMatch(/198\.51|marker/);
});

describe('public routes', () => {
  const few = { ...DEFAULT_LIMITS, RATE_LIMIT_PUBLIC_PER_MINUTE: '3' };

  it('are counted for one address, before the body is read', async () => {
    const own = await ownService(few);
    const broken: InjectOptions = {
      method: 'POST',
      url: '/auth/login',
      remoteAddress: '192.0.2.8',
      headers: { 'content-type': 'application/json' },
      payload: '{',
    };
    expect(await verdicts(3, () => own.send(broken))).toEqual(Array(3).fill('400 json_invalid'));

    const response = await own.send(broken);

    expectProblem(response, 'rate_limited');
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(50);
    expect(verdict(await own.send({ ...broken, remoteAddress: '192.0.2.9' }))).toBe('400 json_invalid');
    expect(verdict(await own.send({ ...broken, url: '/auth/refresh' }))).toBe(LIMITED);
  });

  it('say what is left to one address, over all of them together', async () => {
    const own = await ownService(few);
    const left = [];
    for (const url of ['/auth/config', '/verify-email', '/docs/json', '/errors']) {
      const { headers } = await own.send({ method: 'GET', url, remoteAddress: '192.0.2.8' });
      left.push([headers['ratelimit-limit'], headers['ratelimit-remaining']]);
    }

    expect(left).toEqual([
      ['3', '2'],
      ['3', '1'],
      ['3', '0'],
      ['3', '0'],
    ]);
  });

  it('count a preflight that has to be looked up, and none of an origin that is known anyway', async () => {
    const own = await ownService(few);
    const preflight = (origin: string) =>
      own.send({
        method: 'OPTIONS',
        url: '/auth/login',
        remoteAddress: '192.0.2.8',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    for (let count = 0; count < 5; count += 1) {
      expect((await preflight('http://localhost:5173')).statusCode).toBe(204);
    }

    const statuses = [];
    for (let count = 0; count < 4; count += 1)
      statuses.push((await preflight('https://else.example')).statusCode);

    expect(statuses).toEqual([405, 405, 405, 429]);
  });

  it('each declare the refusal, and give it', async () => {
    const own = await ownService(few);
    const from = { remoteAddress: '192.0.2.8' };
    for (let count = 0; count < 3; count += 1)
      await own.send({ method: 'GET', url: '/auth/config', ...from });
    const limited = operationsOf(own).filter(({ access, limit }) => access === 'public' && limit !== 'none');
    expect(limited.length).toBeGreaterThan(5);

    for (const { method, url } of limited) {
      const response = await own.send({ method: method.toUpperCase() as 'GET', url, ...from });
      expect([url, verdict(response)]).toEqual([url, LIMITED]);
    }
  });

  it('are not these: probes, keys, static files, unknown paths, and what wants a credential', async () => {
    const own = await ownService({ ...few, RATE_LIMIT_PUBLIC_PER_MINUTE: '6' });
    const signedIn = await newSession(own);
    const from = { remoteAddress: '127.0.0.1' };
    for (const url of [
      '/live',
      '/ready',
      '/health',
      '/.well-known/jwks.json',
      '/pages/page.js',
      '/nowhere',
    ]) {
      for (let count = 0; count < 8; count += 1) {
        const response = await own.send({ method: 'GET', url, ...from });
        expect([url, response.statusCode]).toEqual([url, url === '/nowhere' ? 404 : 200]);
        expect(response.headers).not.toHaveProperty('ratelimit-limit');
      }
    }
    for (let count = 0; count < 8; count += 1) {
      expect(
        (await own.send({ method: 'GET', url: '/auth/me', headers: bearer(signedIn), ...from })).statusCode,
      ).toBe(200);
    }
  });
});

/** A link that was real once, and is worth nothing. */
async function deadLink(): Promise<string> {
  const { email } = await register(service());
  const token = await service().mailedToken(email);
  await service().sql('UPDATE gatehouse.one_time_tokens SET killed_at = clock_timestamp() WHERE email = $1', [
    email,
  ]);
  return token;
}

/** Every operation with who may call it, and its class of limits. */
function operationsOf({ http }: HttpService) {
  return Object.entries({ ...http.swagger().paths }).flatMap(([url, operations]) =>
    Object.entries({ ...operations }).map(([method, operation]) => ({
      ...{ url, method },
      access: (operation as Readonly<Record<string, unknown>>)['x-access'],
      limit: (operation as Readonly<Record<string, unknown>>)['x-limit'],
    })),
  );
}
