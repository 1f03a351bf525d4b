import { describe, expect, it } from 'vitest';
import { RateLimited } from '../../../core/protection/index.ts';
import { auditTypes, loginRequest, signIn } from '../../support/requests.ts';
import {
  addUser,
  MAX_LOGIN_ATTEMPTS_PER_ADDRESS,
  PASSWORD,
  type ServiceFixture,
  serviceFixture,
} from '../../support/service-fixture.ts';

const LOCKED = { code: 'account_locked' };
const WRONG = { code: 'invalid_credentials' };
const LIMITED = { code: 'rate_limited' };

type Change = Parameters<typeof loginRequest>[1];

function guess(fixture: ServiceFixture, change: Change = {}) {
  return fixture.login(loginRequest(fixture, { password: 'Wrong-Password-1', ...change }));
}

async function guessTimes(fixture: ServiceFixture, times: number, change: Change = {}): Promise<void> {
  for (let count = 0; count < times; count += 1)
    await expect(guess(fixture, change)).rejects.toMatchObject(WRONG);
}

describe('a lock', () => {
  it('lasts to the second, and is told to the second', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture);
    await guessTimes(fixture, 5);
    fixture.clock.advance(1);
    await expect(signIn(fixture)).rejects.toMatchObject({ ...LOCKED, retryAfterSeconds: 1799 });
    fixture.clock.advance(1798);
    await expect(signIn(fixture)).rejects.toMatchObject({ ...LOCKED, retryAfterSeconds: 1 });

    fixture.clock.advance(1);

    expect((await signIn(fixture)).user.email).toBe('ada@example.com');
  });

  it('compares nothing while it lasts', async () => {
    const fixture = await serviceFixture();
    await guessTimes(fixture, 5);
    const before = fixture.hasher.comparisons();

    await expect(guess(fixture)).rejects.toMatchObject(LOCKED);

    expect(fixture.hasher.comparisons()).toBe(before);
    expect(fixture.locked).toEqual(['identifier', 'user']);
  });

  it('is as the tenant has set it', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture);
    const settings = { lockout: { max_attempts: 2, duration_minutes: 1 } };
    const tenant = { ...fixture.tenant, settings };
    await guessTimes(fixture, 2, { tenant });

    await expect(guess(fixture, { tenant })).rejects.toMatchObject({ ...LOCKED, retryAfterSeconds: 60 });
    fixture.clock.advance(60);
    expect((await fixture.login(loginRequest(fixture, { tenant }))).user.email).toBe('ada@example.com');
  });

  it('by account takes the time of a comparison and finds nothing right', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture, { username: 'ada' as never });
    await guessTimes(fixture, 5);
    const before = fixture.hasher.comparisons();

    await expect(
      fixture.login(loginRequest(fixture, { as: 'ada', password: PASSWORD })),
    ).rejects.toMatchObject(WRONG);

    expect(fixture.hasher.comparisons()).toBe(before + 1);
    expect(fixture.store.auditOf(fixture.tenant.id).at(-1)?.data).toEqual({
      method: 'pwd',
      reason: 'user_locked',
    });
  });
});

describe('the rate limit', () => {
  const excess = new RateLimited(42);

  it('is spoken where nothing is locked, and nothing is compared or counted', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture);
    for (let count = 0; count < 10; count += 1) await expect(guess(fixture, { excess })).rejects.toBe(excess);

    expect(fixture.hasher.comparisons()).toBe(0);
    expect((await signIn(fixture)).user.email).toBe('ada@example.com');
  });

  it('comes after a lock', async () => {
    const fixture = await serviceFixture();
    await guessTimes(fixture, 5);

    await expect(guess(fixture, { excess })).rejects.toMatchObject(LOCKED);
  });

  it('refuses an address from which too many passwords were wrong, for everybody there', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture);
    for (let count = 0; count < MAX_LOGIN_ATTEMPTS_PER_ADDRESS; count += 1) {
      await guessTimes(fixture, 1, { as: `stranger-${count}@example.com` });
    }

    await expect(signIn(fixture)).rejects.toMatchObject({ ...LIMITED, retryAfterSeconds: 1800 });
    await expect(guess(fixture, { excess })).rejects.toMatchObject(LIMITED);
    expect((await fixture.login(loginRequest(fixture, { addressGroup: '192.0.2.2' }))).user.email).toBe(
      'ada@example.com',
    );
    expect(auditTypes(fixture)).toContain('address.blocked');
    expect(fixture.locked).toEqual(['address']);
  });
});

// Rule 30: nobody is told that the password was wrong because of load, and load locks nobody out.
it('gives the place back when there is no turn to compare', async () => {
  const fixture = await serviceFixture();
  await addUser(fixture);
  fixture.hasher.overload();
  for (let count = 0; count < 10; count += 1) {
    await expect(signIn(fixture)).rejects.toMatchObject({ code: 'unavailable' });
  }

  expect(auditTypes(fixture)).not.toContain('login.failed');
});

it('counts no failure of somebody who has the right password and an unverified address', async () => {
  const fixture = await serviceFixture({ emailVerificationRequired: true });
  await addUser(fixture, { emailVerified: false });

  for (let count = 0; count < 8; count += 1) {
    await expect(signIn(fixture)).rejects.toMatchObject({ code: 'email_not_verified' });
  }
});
