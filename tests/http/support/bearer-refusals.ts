import type { LightMyRequestResponse } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../../adapters/http/problems/catalogue.ts';
import { expectNoCookie } from './cookies.ts';
import type { HttpService } from './http-service.ts';
import { bearer, newAddress, newSession, type SignedIn } from './people.ts';
import { expectProblem } from './problems.ts';
import { changeSession, isAlive } from './sessions.ts';
import { expired, forged, resigned, unsigned } from './tokens.ts';

type Headers = Record<string, string>;
export type BearerRoute = Readonly<{
  service(): HttpService;
  method: 'DELETE' | 'GET' | 'POST';
  /** As it is registered. */
  url: string;
  /** Where the registered path is a pattern: what a request with these headers asks for. */
  urlFor?(headers: Headers): string;
  /** A body with which a good request succeeds, where it wants one. */
  body?: Readonly<Record<string, unknown>>;
  /** Whether the session must live: everywhere but at `logout`. */
  wantsLiveSession: boolean;
}>;

type Ask = (headers: Headers) => Promise<LightMyRequestResponse>;

/** What every route that takes a Bearer refuses alike (api.md, "Credentials" and "Tenant"). */
export function describeBearerRefusals(route: BearerRoute): void {
  const { method, url, urlFor = () => url, body } = route;
  const sent = body && { payload: JSON.stringify(body) };
  const ask: Ask = (headers) =>
    route.service().send({
      ...{ method, url: urlFor(headers), ...sent },
      headers: { ...(sent && { 'content-type': 'application/json' }), ...headers },
    });
  let someone: SignedIn | null = null;
  beforeAll(async () => {
    someone = await newSession(route.service());
  });
  const accessToken = () => someone?.accessToken ?? '';
  const suite: Suite = { ...route, ask, refuses: refuser(ask), accessToken };
  describe('401', () => {
    describeMissingAndMalformed(suite);
    describeForged(suite);
    if (route.wantsLiveSession) describeEnded(suite);
  });
  describe('400 and 401 with an API key', () => describeKeys(suite));
  describe('403', () => describeTenants(suite));
}

type Suite = BearerRoute &
  Readonly<{
    ask: Ask;
    refuses: ReturnType<typeof refuser>;
    /** A good token. What is made of it here is refused, so its session lives on. */
    accessToken(): string;
  }>;

/** Asks, expects that refusal with its challenge, and that cookies are left alone. */
function refuser(ask: Ask) {
  return async (headers: Headers, code: ProblemCode): Promise<void> => {
    const response = await ask(headers);
    const { status } = expectProblem(response, code);
    expectNoCookie(response);
    const challenge = code === 'token_missing' ? 'Bearer' : 'Bearer error="invalid_token"';
    expect(response.headers['www-authenticate']).toBe(status === 401 ? challenge : undefined);
  };
}

function describeMissingAndMalformed({ ask, refuses, service, accessToken }: Suite): void {
  it.each([
    {},
    { authorization: '' },
  ] as Headers[])('token_missing where none comes (%j)', async (headers) => {
    await refuses(headers, 'token_missing');
  });

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer x',
    'Bearer a.b.c',
    'Basic YWRhOnB3',
    'garbage',
    `Bearer ${'x'.repeat(9000)}`,
  ])('token_invalid for a malformed one: %s', async (authorization) => {
    await refuses({ authorization }, 'token_invalid');
  });

  it('token_invalid for two tokens, for one without its scheme, and for one in a list', async () => {
    const token = accessToken();
    for (const value of [
      `Bearer ${token} ${token}`,
      token,
      `Bearer ${token},`,
      `Bearer \u00a0${token}`,
      `Bearer ${token}\u00a0`,
    ]) {
      await refuses({ authorization: value }, 'token_invalid');
    }
  });

  it('looks at the header alone, not at the query or a cookie', async () => {
    await refuses({ cookie: `access_token=${accessToken()}` }, 'token_missing');
  });

  it('takes the scheme in any case and with more than one space (RFC 9110, section 11.1)', async () => {
    for (const scheme of ['bearer', 'BEARER ']) {
      const signedIn = await newSession(service());
      const { statusCode } = await ask({ authorization: `${scheme} ${signedIn.accessToken}` });
      expect([200, 204]).toContain(statusCode);
    }
  });
}

function describeForged({ refuses, service, accessToken }: Suite): void {
  it('token_invalid for one that another key signed, or none', async () => {
    await refuses(bearer({ accessToken: await forged(accessToken()) }), 'token_invalid');
    await refuses(bearer({ accessToken: unsigned(accessToken()) }), 'token_invalid');
    const altered = accessToken().replace(/\.[\w-]{4}/, '.AAAA');
    await refuses(bearer({ accessToken: altered }), 'token_invalid');
  });

  it.each([
    ['iss', 'https://elsewhere.example'],
    ['aud', undefined],
    ['uid', undefined],
    ['uid', '0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11'],
    ['sub', 'ada'],
    ['sid', undefined],
    ['tid', undefined],
    ['tid', '0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11'],
    ['exp', undefined],
    ['iat', 9_999_999_999],
    ['nbf', 9_999_999_999],
  ])('token_invalid for a genuine one whose %s is %j', async (claim, value) => {
    await refuses(
      bearer({ accessToken: resigned(service(), accessToken(), { [claim]: value }) }),
      'token_invalid',
    );
  });
}

function describeEnded({ refuses, service, accessToken }: Suite): void {
  const end = async (assignment: string): Promise<SignedIn> => {
    const signedIn = await newSession(service());
    await changeSession(service(), signedIn, assignment);
    return signedIn;
  };

  it('token_expired for a genuine one after its time', async () => {
    await refuses(bearer({ accessToken: expired(service(), accessToken()) }), 'token_expired');
  });

  it('token_invalid for one that is meant for another tenant', async () => {
    await refuses(
      bearer({ accessToken: resigned(service(), accessToken(), { aud: 'https://acme.example' }) }),
      'token_invalid',
    );
  });

  it.each([
    'ended_at = clock_timestamp()',
    `idle_expires_at = clock_timestamp() - interval '1 second'`,
    `absolute_expires_at = clock_timestamp() - interval '1 second'`,
    `inactive_at = clock_timestamp() - interval '1 second'`,
  ])('session_revoked once the session has ended (%s)', async (assignment) => {
    await refuses(bearer(await end(assignment)), 'session_revoked');
  });

  it.each(['suspended', 'deleted'])('session_revoked at once when the user is %s', async (status) => {
    const signedIn = await newSession(service());
    await service().sql('UPDATE gatehouse.users SET status = $2 WHERE id = $1', [signedIn.userId, status]);
    await refuses(bearer(signedIn), 'session_revoked');
  });
}

function describeKeys({ refuses, accessToken }: Suite): void {
  it('api_key_invalid for a key, for none was ever issued', async () => {
    await refuses({ 'x-api-key': 'ask_0123456789' }, 'api_key_invalid');
    await refuses({ 'x-api-key': 'garbage' }, 'api_key_invalid');
  });

  it('credentials_ambiguous for a key beside a token', async () => {
    await refuses(
      { ...bearer({ accessToken: accessToken() }), 'x-api-key': 'ask_0123456789' },
      'credentials_ambiguous',
    );
    await refuses({ authorization: 'garbage', 'x-api-key': 'garbage' }, 'credentials_ambiguous');
  });
}

function describeTenants({ ask, refuses, service, method, url }: Suite): void {
  const slug = () => newAddress().slice(0, 8).replace(/^/, 't');

  it('tenant_mismatch where X-Tenant names another tenant or none; told once a minute, and the session lives on', async () => {
    const other = await service().app.services.createTenant(slug(), 'Other');
    const signedIn = await newSession(service());

    for (const named of [other.slug, other.id, 'nobody', '']) {
      await refuses({ ...bearer(signedIn), 'x-tenant': named }, 'tenant_mismatch');
    }

    expect(await isAlive(service(), signedIn)).toBe(true);
    const denied = (await service().audit('access.denied')).filter(
      ({ actor_id }) => actor_id === signedIn.userId,
    );
    const data = { route: `${method} ${url}`, reason: 'tenant_mismatch' };
    expect(denied).toMatchObject([{ outcome: 'failure', actor_type: 'user', data }]);
    expect(await service().audit('access.denied', other.slug)).toEqual([]);
  });

  it('speaks of a token that is not ours before it looks at X-Tenant', async () => {
    await refuses({ authorization: 'Bearer x', 'x-tenant': 'nobody' }, 'token_invalid');
    await refuses({ 'x-tenant': 'nobody' }, 'token_missing');
  });

  it('takes the slug and the id of its own tenant', async () => {
    const own = await service().app.services.createTenant(slug(), 'Own');
    for (const named of [own.slug, own.id]) {
      const signedIn = await newSession(service(), {}, { 'x-tenant': own.slug });
      const { statusCode } = await ask({ ...bearer(signedIn), 'x-tenant': named });
      expect([200, 204]).toContain(statusCode);
    }
  });

  it('tenant_suspended while the tenant is, and the session lives on', async () => {
    const { id, slug: name } = await service().app.services.createTenant(slug(), 'Paused');
    const signedIn = await newSession(service(), {}, { 'x-tenant': name });
    const set = (status: string) =>
      service().sql('UPDATE gatehouse.tenants SET status = $2 WHERE id = $1', [id, status]);

    await set('suspended');
    await refuses(bearer(signedIn), 'tenant_suspended');

    await set('active');
    expect(await isAlive(service(), signedIn)).toBe(true);
  });
}
