import type { InjectOptions } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, newHost } from '../../http/support/attempts.ts';
import { sharedService } from '../../http/support/http-service.ts';
import { openRegistration, strictTenant } from '../../http/support/mails.ts';
import { newAddress } from '../../http/support/people.ts';
import { PASSWORD } from '../../support/service.ts';
import { type Shape, shapeOf } from '../support/shape.ts';
import { account, newUsername, request, STRICT, usernameOf, WRONG } from './support/accounts.ts';

// Rule 11: unknown addresses lock and limit exactly like known ones. Everybody here asks from an address of his own.
const service = sharedService(DEFAULT_LIMITS);
const ATTEMPTS = 8;
/** Two series of requests are seconds apart on a busy machine. */
const SECONDS_APART_MAX = 20;

beforeAll(async () => {
  await strictTenant(service(), STRICT);
});

describe('eight attempts in a row', () => {
  it('to sign in are 401 five times and account_locked from then on, whoever is tried', async () => {
    const at = service();
    const unknown = await attempts(login(newAddress()));
    const others = {
      known: await account(at),
      suspended: await account(at, `status = 'suspended'`),
      'without a password': await account(at, 'password_hash = NULL'),
      'only an open registration': (await openRegistration(at, STRICT)).email,
      'an unknown username': newUsername(),
      'a known username': await usernameOf(at, await account(at)),
    };

    expect(unknown.map(({ code }) => code)).toEqual([
      ...Array(5).fill('invalid_credentials'),
      ...Array(3).fill('account_locked'),
    ]);
    for (const [name, identifier] of Object.entries(others)) {
      expectAlike(name, await attempts(login(identifier)), unknown);
    }
  });

  it('by username tell nothing of a lock that the address of its account has', async () => {
    const email = await account(service());
    await attempts(login(email));

    const locked = await attempts(login(await usernameOf(service(), email), PASSWORD));

    expectAlike('locked by another name', locked, await attempts(login(newUsername())));
  });

  it.each([
    ['/auth/register', { password: PASSWORD }],
    ['/auth/email/resend-verification', {}],
  ])('at %s are 202 five times and rate_limited from then on, whoever is tried', async (url, rest) => {
    const ask = (email: string) => attempts(request(url, { email, ...rest }));
    const known = await account(service());
    const open = (await openRegistration(service(), STRICT)).email;

    const unknown = await ask(newAddress());

    expect(unknown.map(({ status }) => status)).toEqual([...Array(5).fill(202), ...Array(3).fill(429)]);
    expectAlike('known', await ask(known), unknown);
    expectAlike('registered and not confirmed', await ask(open), unknown);
  });
});

function login(email: string, password = WRONG): InjectOptions {
  return request('/auth/login', { email, password });
}

/** One request so many times, from a network address that nobody else has. */
async function attempts(again: InjectOptions): Promise<readonly Shape[]> {
  const from = { ...again, remoteAddress: newHost() };
  const shapes: Shape[] = [];
  for (let count = 0; count < ATTEMPTS; count += 1) shapes.push(shapeOf(await service().send(from)));
  return shapes;
}

function expectAlike(name: string, seen: readonly Shape[], unknown: readonly Shape[]): void {
  expect([name, seen.map(withoutTimes)]).toEqual([name, unknown.map(withoutTimes)]);
  const apart = seen.map((shape, index) => Math.abs(retryAfter(shape) - retryAfter(unknown[index])));
  expect(Math.max(...apart)).toBeLessThanOrEqual(SECONDS_APART_MAX);
}

function withoutTimes({ headers, ...shape }: Shape): object {
  const { 'retry-after': retry, ...others } = headers;
  return { ...shape, headers: others, hasRetryAfter: retry !== undefined };
}

function retryAfter(shape: Shape | undefined): number {
  return Number(shape?.headers['retry-after'] ?? 0);
}
