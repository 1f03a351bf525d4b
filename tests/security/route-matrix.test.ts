import type { LightMyRequestResponse } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, toldTo } from '../http/support/problems.ts';
import { registeredRoutes } from '../http/support/registered-routes.ts';
import { CREDENTIALS, type Credential } from './support/credentials.ts';
import { changesBetween, databaseState } from './support/database-state.ts';
import { type Cell, expectationOf, NAMES, requestOf } from './support/matrix.ts';
import { type Example, ROUTES, type Route } from './support/routes.ts';
import { sharedWorld } from './support/world.ts';

// Rule 22: every route as everybody, with good bodies and real foreign secrets in them. A cell is an exact
// status and code, exactly these tables changed and not a word of any other tenant.
const world = sharedWorld();
const madeOnce = new Map<Credential, Readonly<Record<string, string>>>();

beforeAll(async () => {
  for (const credential of CREDENTIALS) madeOnce.set(credential, await credential.make(world()));
});

type Document = Readonly<{ paths: Record<string, Record<string, { 'x-access': string }>> }>;

describe('the matrix', () => {
  it('has every route of the service, and no other', () => {
    const routes = ROUTES.map(({ route }) => route);
    expect([...routes].sort()).toEqual([...registeredRoutes(world().http)].sort());
  });

  it('wants of each operation the actor that the OpenAPI document tells', async () => {
    const document: Document = (await world().get('/openapi.json')).json();
    const told = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]): [string, string] => [
        `${method.toUpperCase()} ${path}`,
        operation['x-access'],
      ]),
    );
    const wanted = new Map<string, string>(ROUTES.map(({ route, access }) => [route, access]));
    expect(told).toEqual(told.map(([route]) => [route, wanted.get(route)]));
  });
});

describe.each(ROUTES.map((route): [string, Route] => [route.route, route]))('%s', (_name, route) => {
  describe.each(
    CREDENTIALS.map((credential): [string, Credential] => [credential.who, credential]),
  )('as %s', (_who, credential) => {
    const cells = NAMES.map((named) => ({ route, credential, named }));
    it.each(cells.map((cell): [string, Cell] => [titleOf(cell), cell]))('%s', (_title, cell) =>
      expectCell(cell));
  });
});

// What is somebody else's is told as what never was, and left alone: in the caller's tenant and in any other.
describe.each(
  ROUTES.flatMap((route): [string, Route][] => (route.foreign ? [[route.route, route]] : [])),
)('%s of a thing of somebody else', (_name, route) => {
  const able = CREDENTIALS.filter(({ refusal }) => refusal === null);
  it.each(
    able.map((credential): [string, Credential] => [credential.who, credential]),
  )('is 404 not_found to %s, byte for byte as for what never was', async (_who, credential) => {
    const foreign = (await route.foreign?.(world())) ?? {};
    const headers = await credential.make(world());
    const ask = async (example: Example) => {
      const request = requestOf({ route, named: 'none' }, example, world());
      const before = await databaseState(world());
      const response = await world().send({ ...request, headers: { ...request.headers, ...headers } });
      return { response, changes: changesBetween(before, await databaseState(world())) };
    };

    const [theirs, nothing] = [await ask(foreign), await ask(route.missing ?? {})];

    expectProblem(theirs.response, 'not_found');
    expect(toldTo(theirs.response)).toEqual(toldTo(nothing.response));
    expect([theirs.changes, nothing.changes]).toEqual([[], []]);
    expectNoWordOfOthers(theirs.response, null);
  });
});

function titleOf(cell: Cell): string {
  const { status, code } = expectationOf(cell);
  const naming = cell.named === 'none' ? 'naming no tenant' : `naming ${cell.named}`;
  return `${naming}: ${status}${code ? ` ${code}` : ''}`;
}

async function expectCell(cell: Cell): Promise<void> {
  const { route, credential } = cell;
  const wanted = expectationOf(cell);
  // A route that wants a credential may end it, and tells of a refusal once a minute for each person.
  const isFresh = route.access !== 'public';
  const credentials = (isFresh ? await credential.make(world()) : madeOnce.get(credential)) ?? {};
  const example = (await route.example?.(world(), credentials)) ?? {};
  const request = requestOf(cell, example, world());
  const headers = { ...request.headers, ...credentials };

  const before = await databaseState(world());
  const response = await world().send({ ...request, headers });
  const head = request.method === 'GET' ? await world().send({ ...request, method: 'HEAD', headers }) : null;
  const changes = changesBetween(before, await databaseState(world()));

  const { status, code } = wanted;
  expect({ ...told(response), changes }).toEqual({ status, code, changes: wanted.changes });
  if (head) expect([head.statusCode, head.body]).toEqual([status, '']);
  expectChallenge(response, route);
  expectNoWordOfOthers(response, wanted.tellsOf);
}

function told({ statusCode, headers, body }: LightMyRequestResponse) {
  const isProblem = headers['content-type'] === 'application/problem+json';
  return { status: statusCode, code: isProblem ? JSON.parse(body).code : null };
}

/** A 401 says how to do better on routes that take a Bearer, and only there. */
function expectChallenge({ statusCode, headers }: LightMyRequestResponse, { access }: Route): void {
  const isWanted = statusCode === 401 && access !== 'public';
  expect(headers['www-authenticate'] ?? '').toMatch(isWanted ? /^Bearer\b/ : /^$/);
}

function expectNoWordOfOthers(response: LightMyRequestResponse, tellsOf: string | null): void {
  const text = `${JSON.stringify(response.headers)}\n${response.body}`;
  const others = Object.entries(world().marks).filter(([slug]) => slug !== tellsOf);
  expect(others.flatMap(([, marks]) => marks.filter((mark) => text.includes(mark)))).toEqual([]);
}
