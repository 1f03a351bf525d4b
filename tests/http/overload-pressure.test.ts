import { expect, it } from 'vitest';
import { ownService } from './support/http-service.ts';
import { bearer, newSession } from './support/people.ts';
import { expectProblem } from './support/problems.ts';

/** Keeps the event loop busy for turns of `lateMs` each, as far too much work would. */
async function overload(lateMs: number, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    const end = performance.now() + lateMs;
    while (performance.now() < end);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const ALWAYS_ON = ['/live', '/metrics', '/.well-known/jwks.json', '/openapi.json'];

it('turns requests away while the event loop is over a second late, but for what is always on, and takes them again afterwards', async () => {
  const service = await ownService();
  const { get, post } = service;
  const headers = bearer(await newSession(service));

  await overload(1_300, 3);
  const [me, login, page, nowhere, ...alwaysOn] = await Promise.all([
    get('/auth/me', headers),
    post('/auth/login', { email: 'ada@example.test', password: 'x' }),
    get('/setup'),
    get('/nowhere'),
    ...ALWAYS_ON.map((url) => get(url)),
  ]);

  for (const response of [me, login, page, nowhere]) {
    expectProblem(response, 'unavailable');
    expect(response.headers['retry-after']).toBe('1');
  }
  expect(alwaysOn.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
  await expect.poll(async () => (await get('/auth/me', headers)).statusCode, { timeout: 10_000 }).toBe(200);
});

it('turns nobody away while the event loop is late by less', async () => {
  const service = await ownService();
  const headers = bearer(await newSession(service));

  await overload(300, 5);

  expect((await service.get('/auth/me', headers)).statusCode).toBe(200);
});
