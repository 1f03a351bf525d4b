import { describe, expect, it } from 'vitest';
import { newSession } from '../http/support/people.ts';
import { changesBetween, databaseState } from './support/database-state.ts';
import { requestOf } from './support/matrix.ts';
import { ROUTES, type Route } from './support/routes.ts';
import { shapeOf } from './support/shape.ts';
import { sharedWorld } from './support/world.ts';

// Rule 26, generated: with access tokens in cookies every route that takes one, of today or tomorrow, does for our own
// page what it does for the header, and for a foreign page nothing that is not a read.
const world = sharedWorld({ JWT_TOKEN_LOCATION: 'headers,cookies' });

const byToken = ROUTES.filter(({ access }) => access !== 'public');
const unsafe = byToken.filter(({ route }) => !route.startsWith('GET '));
const named = (routes: readonly Route[]) => routes.map((route): [string, Route] => [route.route, route]);

const FOREIGN_SITES: readonly Readonly<Record<string, string>>[] = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site' },
];

describe.each(named(unsafe))('%s by cookie', (_name, route) => {
  it('changes nothing for a foreign page, and says why', async () => {
    for (const site of FOREIGN_SITES) {
      const { shape, changes } = await outcomeOf(route, 'cookie', site);
      expect([site, shape.status, shape.code, changes]).toEqual([site, 403, 'csrf_failed', []]);
      expect(shape.headers['set-cookie']).toBeUndefined();
    }
  });
});

describe.each(named(byToken))('%s by cookie', (_name, route) => {
  it('does for our own page, and for a script, what it does by header', async () => {
    const byHeader = await outcomeOf(route, 'header', {});

    for (const site of [{ origin: 'http://localhost:8080' }, {}]) {
      const { shape, changes } = await outcomeOf(route, 'cookie', site);
      expect([shape.status, shape.code, changes]).toEqual([
        byHeader.shape.status,
        byHeader.shape.code,
        byHeader.changes,
      ]);
    }
  });
});

it('asks every route that takes an access token, of which some change something', () => {
  expect(unsafe.map(({ route }) => route)).toEqual(
    expect.arrayContaining(['POST /auth/logout', 'POST /auth/logout-all', 'DELETE /auth/sessions/{id}']),
  );
});

/** What a good request answers and changes, its access token in the header or in the cookie. */
async function outcomeOf(route: Route, by: 'header' | 'cookie', site: Readonly<Record<string, string>>) {
  const { accessToken } = await newSession(world(), {}, { 'x-tenant': 'home' });
  const authorization = `Bearer ${accessToken}`;
  const example = (await route.example?.(world(), { authorization })) ?? {};
  const request = requestOf({ route, named: 'home' }, example, world());
  const credential = by === 'header' ? { authorization } : { cookie: `access_token=${accessToken}` };

  const before = await databaseState(world());
  const response = await world().send({
    ...request,
    headers: { ...request.headers, ...site, ...credential },
  });
  return { shape: shapeOf(response), changes: changesBetween(before, await databaseState(world())) };
}
