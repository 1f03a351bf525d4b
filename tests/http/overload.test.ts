import { expect, it } from 'vitest';
import { expectNoCookie } from './support/cookies.ts';
import { ownService } from './support/http-service.ts';
import { expectCompleteByCookie, register } from './support/people.ts';
import { expectProblem } from './support/problems.ts';

// Rule 30: what cannot be hashed in time is turned away; nobody is told that a right password was wrong.
it('turns a storm of sign-ins away with 503 and never says of a right password that it was wrong', async () => {
  const service = await ownService({
    ARGON2_TIME_COST: '3',
    ARGON2_MEMORY_COST: '65536',
    ARGON2_PARALLELISM: '1',
  });
  const { email, password } = await register(service);
  const login = () => service.post('/auth/login', { email, password });

  const responses = await Promise.all(Array.from({ length: 120 }, login));

  const [served, away] = [200, 503].map((status) =>
    responses.filter(({ statusCode }) => statusCode === status),
  );
  expect([served?.length, away?.length]).toEqual([expect.any(Number), 120 - (served?.length ?? 0)]);
  expect(served?.length).toBeGreaterThan(0);
  expect(away?.length).toBeGreaterThan(0);
  for (const response of away ?? []) {
    expectProblem(response, 'unavailable');
    expect(response.headers['retry-after']).toBe('1');
    expectNoCookie(response);
  }
  expectCompleteByCookie(await login());
});
