import type { LightMyRequestResponse } from 'fastify';
import { expect, it } from 'vitest';
import { sampleOf } from '../support/metrics-text.ts';
import { expectNoCookie } from './support/cookies.ts';
import { type HttpService, ownService } from './support/http-service.ts';
import { expectCompleteByCookie, register } from './support/people.ts';
import { expectProblem } from './support/problems.ts';

// Rule 30: what cannot be hashed in time is turned away; nobody is told that a right password was wrong.
const EXPENSIVE = { ARGON2_TIME_COST: '3', ARGON2_MEMORY_COST: '65536', ARGON2_PARALLELISM: '1' };

function expectTurnedAway(response: LightMyRequestResponse): void {
  expectProblem(response, 'unavailable');
  expect(response.headers['retry-after']).toBe('1');
  expectNoCookie(response);
}

/** Somebody new at a tenant, and their way in. */
async function person(
  service: HttpService,
  tenant = 'default',
): Promise<() => Promise<LightMyRequestResponse>> {
  const headers = { 'x-tenant': tenant };
  const { email, password } = await register(service, {}, headers);
  return () => service.post('/auth/login', { email, password }, headers);
}

it('turns a storm of sign-ins away with 503 and never says of a right password that it was wrong', async () => {
  const service = await ownService(EXPENSIVE);
  const login = await person(service);

  const responses = await Promise.all(Array.from({ length: 120 }, login));

  const served = responses.filter(({ statusCode }) => statusCode === 200);
  const away = responses.filter(({ statusCode }) => statusCode !== 200);
  expect(served.length).toBeGreaterThan(0);
  expect(away.length).toBeGreaterThan(0);
  for (const response of served) expectCompleteByCookie(response);
  for (const response of away) expectTurnedAway(response);
  expectCompleteByCookie(await login());
});

// At a cost at which a turn comes soon on any machine: the queue is full all the same.
it("lets another tenant's people in while the queue is full of one tenant's", async () => {
  const service = await ownService({ ARGON2_TIME_COST: '2', ARGON2_MEMORY_COST: '16384' });
  const { createTenant, signInTurns } = service.app.services;
  await createTenant('acme', 'Acme');
  const [stormy, calm] = [await person(service), await person(service, 'acme')];

  const storm = Promise.all(Array.from({ length: 120 }, stormy));
  await expect
    .poll(() => signInTurns.figures().turnedAway, { interval: 1, timeout: 5_000 })
    .toBeGreaterThan(0);
  const response = await calm();

  expectCompleteByCookie(response);
  for (const each of await storm) if (each.statusCode !== 200) expectTurnedAway(each);
  const text = (await service.get('/metrics')).body;
  expect(sampleOf(text, 'gatehouse_hash_queue_turned_away_total')).toBe(signInTurns.figures().turnedAway);
  for (const name of ['running', 'waiting', 'tenants_waiting'])
    expect(sampleOf(text, `gatehouse_hash_queue_${name}`)).toBe(0);
});
