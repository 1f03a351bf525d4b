import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openService } from '../../support/service.ts';
import {
  enter,
  type From,
  guess,
  LOCK_ONLY,
  lockOut,
  passTime,
  postFrom,
  verdict,
  verdicts,
} from '../support/attempts.ts';
import { equip, ownService, sharedService } from '../support/http-service.ts';
import { openRegistration } from '../support/mails.ts';
import { newAddress, register } from '../support/people.ts';
import { expectProblem, toldTo } from '../support/problems.ts';

const WRONG = '401 invalid_credentials';
const LOCKED = '429 account_locked';
const service = sharedService(LOCK_ONLY);

describe('a lock by what was typed', () => {
  it('answers five wrong passwords with 401, and the sixth and every later one with 429', async () => {
    const { email } = await register(service());

    expect(await verdicts(8, () => guess(service(), email))).toEqual([
      ...Array(5).fill(WRONG),
      ...Array(3).fill(LOCKED),
    ]);
  });

  it('says for how long, as the setting has it', async () => {
    const { email } = await register(service());
    await lockOut(service(), email);

    const response = await guess(service(), email);

    expectProblem(response, 'account_locked');
    const seconds = Number(response.headers['retry-after']);
    expect(seconds).toBeGreaterThan(1700);
    expect(seconds).toBeLessThanOrEqual(1800);
  });

  it('lets no right password in either', async () => {
    const person = await register(service());
    await lockOut(service(), person.email);

    const response = await enter(service(), person);

    expectProblem(response, 'account_locked');
    expect(response.headers).not.toHaveProperty('set-cookie');
  });

  it.each([
    ['an address that nobody has', async () => newAddress()],
    ['a username that nobody has', async () => `nobody-${newAddress().slice(0, 8)}`],
    ['a suspended account', () => withStatus('suspended')],
    ['a deleted account', () => withStatus('deleted')],
  ])('treats %s like any other', async (_what, name) => {
    const identifier = await name();
    const known = await register(service());
    for (let count = 0; count < 8; count += 1) {
      const theirs = withoutWait(await guess(service(), identifier));
      expect(theirs).toEqual(withoutWait(await guess(service(), known.email)));
    }
  });

  it('counts the right password of a suspended account as a wrong one', async () => {
    const person = await register(service());
    await service().sql(`UPDATE gatehouse.users SET status = 'suspended' WHERE id = $1`, [person.userId]);

    expect(await verdicts(6, () => enter(service(), person))).toEqual([...Array(5).fill(WRONG), LOCKED]);
  });

  it('counts an empty password, and one that is too long', async () => {
    const { email } = await register(service());
    const passwords = ['', 'x'.repeat(300), '', 'x'.repeat(300), ''];
    const seen = [];
    for (const password of passwords) seen.push(verdict(await enter(service(), { email, password })));

    expect([...seen, verdict(await guess(service(), email))]).toEqual([...Array(5).fill(WRONG), LOCKED]);
  });

  it('takes every spelling of one name for the same', async () => {
    const { email } = await register(service());
    await lockOut(service(), ` ${email.toUpperCase()} `);

    expect(verdict(await guess(service(), email))).toBe(LOCKED);
  });

  it('ends by itself, and begins to count anew', async () => {
    const person = await register(service());
    await lockOut(service(), person.email);
    await passTime(service(), 1700);
    expect(verdict(await enter(service(), person))).toBe(LOCKED);

    await passTime(service(), 101);

    expect(await verdicts(4, () => guess(service(), person.email))).toEqual(Array(4).fill(WRONG));
    expect(verdict(await enter(service(), person))).toBe('200');
  });

  it('begins anew after a right password', async () => {
    const person = await register(service());
    expect(await verdicts(4, () => guess(service(), person.email))).toEqual(Array(4).fill(WRONG));
    expect(verdict(await enter(service(), person))).toBe('200');

    expect(await verdicts(4, () => guess(service(), person.email))).toEqual(Array(4).fill(WRONG));
    expect(verdict(await enter(service(), person))).toBe('200');
  });

  it('begins anew under every name of the account', async () => {
    const username = `ada-${newAddress().slice(0, 8)}`;
    const person = await register(service(), { username });
    await verdicts(4, () => guess(service(), username));
    expect(verdict(await enter(service(), person))).toBe('200');

    expect(await verdicts(4, () => guess(service(), username))).toEqual(Array(4).fill(WRONG));
    expect(verdict(await enter(service(), person))).toBe('200');
  });

  it('is of one tenant alone', async () => {
    const { id } = await service().app.services.createTenant('other', 'Other');
    const address = newAddress();
    await register(service(), { email: address });
    const twin = await register(service(), { email: address }, { 'x-tenant': id });
    await lockOut(service(), address);

    expect(verdict(await enter(service(), twin, { tenant: 'other' }))).toBe('200');
  });

  it('is told once in the audit log, as a warning', async () => {
    const own = await ownService(LOCK_ONLY);
    const { email, userId } = await register(own);
    for (let count = 0; count < 9; count += 1) await guess(own, email);

    const events = await own.audit('account.locked');

    expect(events).toEqual([
      expect.objectContaining({
        severity: 'warning',
        target_id: userId,
        data: { by: ['identifier', 'user'], seconds: 1800 },
      }),
    ]);
    expect(await own.audit('login.failed')).toHaveLength(5);
  });

  it('is not spoken of before a wrong body or tenant, which count for nothing', async () => {
    const { email } = await register(service());
    await lockOut(service(), email);

    expect(verdict(await postFrom(service(), '/auth/login', { email }))).toBe('400 validation_failed');
    expect(verdict(await guess(service(), email, { tenant: 'nobody' }))).toBe('404 tenant_not_found');
  });

  it('counts neither a wrong body nor an unknown tenant', async () => {
    const person = await register(service());
    await verdicts(8, () => postFrom(service(), '/auth/login', { email: person.email }));
    await verdicts(8, () => guess(service(), person.email, { tenant: 'nobody' }));

    expect(verdict(await enter(service(), person))).toBe('200');
  });
});

describe('a lock by account', () => {
  it('counts what was typed under either name, and does not tell that the names belong together', async () => {
    const username = `bob-${newAddress().slice(0, 8)}`;
    const person = await register(service(), { username });
    await verdicts(3, () => guess(service(), person.email));
    await verdicts(2, () => guess(service(), username));

    const response = await enter(service(), { ...person, email: username });

    expectProblem(response, 'invalid_credentials');
    expect(verdict(await enter(service(), person))).toBe(WRONG);
  });

  // "No place" under one name while the other is guessed at would tell that both are one account's.
  it('does not tell it by guesses at the same moment either', async () => {
    const own = await ownService({ ...LOCK_ONLY, ARGON2_TIME_COST: '3', ARGON2_MEMORY_COST: '32768' });
    const username = `max-${newAddress().slice(0, 8)}`;
    const person = await register(own, { username });
    await verdicts(4, () => guess(own, person.email));

    const answers = await Promise.all([person.email, username, username].map((name) => guess(own, name)));

    expect(answers.map(verdict)).toEqual([WRONG, WRONG, WRONG]);
    expect(verdict(await enter(own, { ...person, email: username }))).toBe(WRONG);
  });

  it('keeps nobody waiting who signs in under one name while the other is guessed at', async () => {
    const username = `lea-${newAddress().slice(0, 8)}`;
    const person = await register(service(), { username });

    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all([
        ...[1, 2].map(() => enter(service(), person)),
        ...[1, 2, 3].map(() => guess(service(), username)),
      ]);
      for (const answer of answers) expect(answer.statusCode).not.toBe(503);
      await passTime(service(), 1801);
    }
  });

  it('goes on counting under the name typed, as for any other', async () => {
    const username = `eve-${newAddress().slice(0, 8)}`;
    const person = await register(service(), { username });
    await lockOut(service(), person.email);

    const asUsername = { ...person, email: username };
    expect(await verdicts(6, () => enter(service(), asUsername))).toEqual([...Array(5).fill(WRONG), LOCKED]);
  });

  it('ends by itself', async () => {
    const username = `ann-${newAddress().slice(0, 8)}`;
    const person = await register(service(), { username });
    await lockOut(service(), person.email);
    await passTime(service(), 1801);

    expect(verdict(await enter(service(), { ...person, email: username }))).toBe('200');
  });
});

describe('a lock by network address', () => {
  const env = { ...LOCK_ONLY, MAX_LOGIN_ATTEMPTS_PER_IP: '6' };

  it('refuses further sign-ins from there as a limit, in that tenant, and nothing else', async () => {
    const own = await ownService(env);
    const person = await register(own);
    await own.app.services.createTenant('other', 'Other');
    const here = { address: '203.0.113.9' };
    expect(await verdicts(6, () => guess(own, newAddress(), here))).toEqual(Array(6).fill(WRONG));

    const response = await enter(own, person, here);

    expectProblem(response, 'rate_limited');
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(1700);
    expect(verdict(await enter(own, person, { address: '203.0.113.10' }))).toBe('200');
    expect(verdict(await guess(own, person.email, { ...here, tenant: 'other' }))).toBe(WRONG);
    const body = { email: newAddress(), password: person.password };
    expect(verdict(await postFrom(own, '/auth/register', body, here))).toBe('201');
    expect(await own.audit('address.blocked')).toHaveLength(1);
  });

  it('counts the /64 of an IPv6 address, and an IPv4 address in IPv6 dress as itself', async () => {
    const own = await ownService(env);
    await verdicts(3, () => guess(own, newAddress(), { address: '2001:db8::1' }));
    await verdicts(3, () => guess(own, newAddress(), { address: '2001:db8::ffff:2' }));
    expect(verdict(await guess(own, newAddress(), { address: '2001:db8:0:0:9::' }))).toBe('429 rate_limited');
    expect(verdict(await guess(own, newAddress(), { address: '2001:db8:0:1::' }))).toBe(WRONG);

    await verdicts(6, () => guess(own, newAddress(), { address: '::ffff:203.0.113.5' }));
    expect(verdict(await guess(own, newAddress(), { address: '203.0.113.5' }))).toBe('429 rate_limited');
  });

  it('is not reset by a right password', async () => {
    const own = await ownService(env);
    const person = await register(own);
    const here = { address: '203.0.113.9' };
    await verdicts(5, () => guess(own, newAddress(), here));
    expect(verdict(await enter(own, person, here))).toBe('200');
    await guess(own, newAddress(), here);

    expect(verdict(await enter(own, person, here))).toBe('429 rate_limited');
  });

  it('is spoken of after the lock of the name', async () => {
    const own = await ownService(env);
    const email = newAddress();
    await verdicts(6, () => guess(own, email, { address: '203.0.113.9' }));
    await guess(own, newAddress(), { address: '203.0.113.9' });

    expect(verdict(await guess(own, email, { address: '203.0.113.9' }))).toBe(LOCKED);
  });
});

describe('a device that is known', () => {
  /** Signs in on a device and answers its cookie. */
  async function knownDevice(person: Parameters<typeof enter>[1]): Promise<string> {
    const response = await enter(service(), person, { address: '192.0.2.77' });
    const value = response.cookies.find(({ name }) => name === '__Host-gh_device')?.value;
    return `__Host-gh_device=${value}`;
  }

  const ATTACKS: readonly (readonly [string, (email: string) => Promise<void>])[] = [
    ['from elsewhere', (email) => lockOut(service(), email)],
    ['from the same address', (email) => lockOut(service(), email, { address: '192.0.2.77' })],
    [
      'with a device cookie of the attacker',
      async (email) => {
        const cookie = await knownDevice(await register(service()));
        await lockOut(service(), email, { cookie });
      },
    ],
    [
      'with an invented device cookie',
      (email) => lockOut(service(), email, { cookie: `__Host-gh_device=${'A'.repeat(22)}` }),
    ],
    [
      'with many wrong guesses at once',
      async (email) => {
        await Promise.all(Array.from({ length: 16 }, () => guess(service(), email)));
        await lockOut(service(), email);
      },
    ],
    [
      'for two locks in a row',
      async (email) => {
        await lockOut(service(), email);
        await passTime(service(), 1801);
        await lockOut(service(), email);
      },
    ],
  ];

  it.each(ATTACKS)('lets its owner in although a stranger locked the account %s', async (_how, attack) => {
    const person = await register(service());
    const cookie = await knownDevice(person);

    await attack(person.email);

    expect(verdict(await enter(service(), person, { address: '192.0.2.1' }))).toBe(LOCKED);
    expect(verdict(await enter(service(), person, { cookie, address: '192.0.2.77' }))).toBe('200');
    expect(verdict(await enter(service(), person, { address: '192.0.2.1' }))).toBe(LOCKED);
  });

  it('has a count of its own, which locks it alone', async () => {
    const person = await register(service());
    const cookie = await knownDevice(person);

    expect(await verdicts(6, () => guess(service(), person.email, { cookie }))).toEqual([
      ...Array(5).fill(WRONG),
      LOCKED,
    ]);
    expect(verdict(await enter(service(), person, { cookie }))).toBe(LOCKED);
    expect(verdict(await enter(service(), person))).toBe('200');
  });

  it('is known for its user only', async () => {
    const cookie = await knownDevice(await register(service()));
    const { email } = await register(service());
    await lockOut(service(), email);

    expect(verdict(await guess(service(), email, { cookie }))).toBe(LOCKED);
  });

  it('is not blocked with the network address that it is at', async () => {
    const own = await ownService({ ...LOCK_ONLY, MAX_LOGIN_ATTEMPTS_PER_IP: '6' });
    const person = await register(own);
    const here: From = { address: '203.0.113.9' };
    const { cookies } = await enter(own, person, here);
    const cookie = `__Host-gh_device=${cookies.find(({ name }) => name === '__Host-gh_device')?.value}`;
    await verdicts(6, () => guess(own, newAddress(), here));

    expect(verdict(await enter(own, person, here))).toBe('429 rate_limited');
    expect(verdict(await enter(own, person, { ...here, cookie }))).toBe('200');
  });
});

describe('many at once, over processes and restarts', () => {
  it('compares no more than five of sixteen guesses, and has no place for the others', async () => {
    const { email } = await register(service());

    const answers = (await Promise.all(Array.from({ length: 16 }, () => guess(service(), email)))).map(
      verdict,
    );

    expect(answers.filter((answer) => answer === WRONG)).toHaveLength(5);
    for (const answer of answers.filter((one) => one !== WRONG))
      expect(['429 rate_limited', LOCKED]).toContain(answer);
    expect(verdict(await guess(service(), email))).toBe(LOCKED);
  });

  it('holds over two processes, and for one that starts later', async () => {
    const first = await ownService(LOCK_ONLY);
    const second = await sibling(first);
    const person = await register(first);

    const seen = [];
    for (let count = 0; count < 6; count += 1)
      seen.push(verdict(await guess(count % 2 ? first : second, person.email)));

    expect(seen).toEqual([...Array(5).fill(WRONG), LOCKED]);
    expect(verdict(await enter(await sibling(first), person))).toBe(LOCKED);
  });

  it('gives a place back when there was no turn to compare', async () => {
    const own = await ownService(LOCK_ONLY);
    const person = await register(own);
    const { hasher } = own.app.services;
    await Promise.all(Array.from({ length: 12 }, () => enter(own, person)));
    expect(hasher.pending()).toBe(0);

    const rows = await own.sql<{ places: number }>(
      'SELECT coalesce(sum(cardinality(places)), 0)::integer AS places FROM gatehouse.attempt_counts',
    );

    expect(rows).toEqual([{ places: 0 }]);
  });
});

describe('the password that a contested registration wants', () => {
  it('is counted for the registration: five wrong ones lock it, and nothing else', async () => {
    const own = await ownService({ ...LOCK_ONLY, REQUIRE_EMAIL_VERIFICATION: 'true' });
    const email = newAddress();
    const { token } = await openRegistration(own, 'default', { email });
    await openRegistration(own, 'default', { email });
    const open = (password: string) => postFrom(own, '/auth/email/verify', { token, password });

    expect(await verdicts(7, () => open('Wrong-Password-1'))).toEqual([
      ...Array(5).fill(WRONG),
      LOCKED,
      LOCKED,
    ]);

    expect(verdict(await guess(own, email))).toBe(WRONG);
    expect(await own.audit('account.locked')).toHaveLength(1);
  });
});

async function withStatus(status: string): Promise<string> {
  const { email, userId } = await register(service());
  await service().sql('UPDATE gatehouse.users SET status = $2 WHERE id = $1', [userId, status]);
  return email;
}

/** Another process over the same database. */
async function sibling({ database }: Awaited<ReturnType<typeof ownService>>) {
  const { service: other, close } = equip(await openService(LOCK_ONLY, database));
  onTestFinished(close);
  return other;
}

/** What an outsider is told; of a wait only that there is one, for it differs by the second in which it is asked. */
function withoutWait(response: LightMyRequestResponse) {
  const { headers, ...told } = toldTo(response);
  const { 'retry-after': wait, ...rest } = headers;
  return { ...told, headers: rest, hasToWait: wait !== undefined };
}
