import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { describe, expect, it } from 'vitest';
import { bearer, newSession, type SignedIn } from '../http/support/people.ts';
import { registeredRoutes } from '../http/support/registered-routes.ts';
import { isAlive, timesSpent } from '../http/support/sessions.ts';
import { changesBetween, databaseState } from './support/database-state.ts';
import { requestOf } from './support/matrix.ts';
import { ROUTES, type Route } from './support/routes.ts';
import { shapeOf } from './support/shape.ts';
import { sharedWorld } from './support/world.ts';

// Rule 26, generated: whatever route of today or tomorrow acts by a browser's cookies, no foreign page makes it.
const world = sharedWorld();

/** The routes of api.md, "Acting by cookie", that this release has. */
const ACTS_BY_COOKIE = ['POST /auth/refresh'];
const UNSAFE = ROUTES.filter(({ route }) => !route.startsWith('GET '));
const FOREIGN_SITES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a foreign origin': { origin: 'https://evil.example' },
  'another site without Origin': { 'sec-fetch-site': 'cross-site' },
};

type Attempt = Readonly<{
  route: Route;
  site: Readonly<Record<string, string>>;
  hasBody: boolean;
  hasBearer: boolean;
}>;

it('asks every unsafe route of the service', () => {
  const unsafe = registeredRoutes(world().http).filter((route) => !route.startsWith('GET '));
  expect(UNSAFE.map(({ route }) => route).sort()).toEqual([...unsafe].sort());
});

describe.each(UNSAFE.map((route): [string, Route] => [route.route, route]))('%s', (_name, route) => {
  const attempts = Object.entries(FOREIGN_SITES).flatMap(([from, site]) =>
    [true, false].flatMap((hasBody) =>
      (route.access === 'public' ? [false] : [false, true]).map((hasBearer): [string, Attempt] => [
        `${from}, ${hasBody ? 'with its body' : 'without a body'}, ${hasBearer ? 'with' : 'without'} a token`,
        { route, site, hasBody, hasBearer },
      ]),
    ),
  );

  it.each(attempts)('does nothing with the cookies that come from %s', async (_how, attempt) => {
    const browser = await newSession(world(), {}, { 'x-tenant': 'home' });

    const [without, withCookies] = [await outcomeOf(attempt), await outcomeOf(attempt, browser)];

    if (!isRefused(withCookies)) expect(withCookies).toEqual(without);
    expect([await timesSpent(world(), browser), await isAlive(world(), browser)]).toEqual([0, true]);
  });
});

describe('a route that acts by cookie', () => {
  const acting = UNSAFE.filter(({ route }) => ACTS_BY_COOKIE.includes(route));
  it.each(
    acting.map((route): [string, Route] => [route.route, route]),
  )('%s does so for our own page, and for no other', async (_name, route) => {
    const attempt = { route, hasBody: false, hasBearer: false };
    const browser = await newSession(world(), {}, { 'x-tenant': 'home' });

    const foreign = await outcomeOf({ ...attempt, site: { origin: 'https://evil.example' } }, browser);
    const own = await outcomeOf({ ...attempt, site: { origin: 'http://localhost:8080' } }, browser);

    expect([foreign.shape.code, own.shape.status]).toEqual(['csrf_failed', 200]);
  });

  it('is one of those that api.md names, all of which are there', () => {
    expect(acting.map(({ route }) => route)).toEqual(ACTS_BY_COOKIE);
  });
});

type Outcome = Readonly<{ shape: ReturnType<typeof shapeOf>; changes: readonly string[] }>;

/** What a request answers and changes, with all cookies that a browser got when `browser` signed in, or with none. */
async function outcomeOf({ route, site, hasBody, hasBearer }: Attempt, browser?: SignedIn): Promise<Outcome> {
  const credential = hasBearer ? bearer(await newSession(world(), {}, { 'x-tenant': 'home' })) : {};
  const example = (hasBody && (await route.example?.(world(), credential))) || {};
  const request = requestOf({ route, named: 'home' }, example, world());
  const headers: InjectOptions['headers'] = {
    ...request.headers,
    ...site,
    ...credential,
    ...(browser && { cookie: jarOf(browser) }),
  };

  const before = await databaseState(world());
  const response = await world().send({ ...request, headers });
  return { shape: shapeOf(response), changes: changesBetween(before, await databaseState(world())) };
}

/** Whatever the sign-in set, and the access token under the name that a careless route would look for. */
function jarOf({ response, accessToken }: SignedIn): string {
  const pairs = response.cookies.map(
    ({ name, value }: LightMyRequestResponse['cookies'][number]) => `${name}=${value}`,
  );
  return [...pairs, `access_token=${accessToken}`].join('; ');
}

/** Refused for the cookie's sake, before anything was done and any cookie was touched. */
function isRefused({ shape, changes }: Outcome): boolean {
  const isForCookie = ['csrf_failed', 'credentials_ambiguous'].includes(shape.code ?? '');
  return isForCookie && changes.length === 0 && shape.headers['set-cookie'] === undefined;
}
