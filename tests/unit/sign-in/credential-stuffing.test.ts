import { expect, it } from 'vitest';
import type { LoginRequest } from '../../../core/sign-in/index.ts';
import { loginRequest, mailsTo } from '../../support/requests.ts';
import { addUser, CONTEXT, type ServiceFixture, serviceFixture } from '../../support/service-fixture.ts';

type Change = Partial<LoginRequest> & { as?: string };

async function guess(fixture: ServiceFixture, change: Change): Promise<void> {
  const request = loginRequest(fixture, { password: 'Wrong-Password-1', ...change });
  await expect(fixture.login(request)).rejects.toMatchObject({ code: 'invalid_credentials' });
}

async function guessNames(fixture: ServiceFixture, from: number, to: number, change: Change = {}) {
  for (let number = from; number < to; number += 1)
    await guess(fixture, { as: `name-${number}@example.com`, ...change });
}

const told = ({ store, tenant }: ServiceFixture) =>
  store.auditOf(tenant.id).filter(({ type }) => type === 'credential_stuffing.detected');

it('tells once of an address from which too many names are tried, whoever goes by them', async () => {
  const fixture = await serviceFixture();
  await addUser(fixture);
  await guess(fixture, {});
  await guessNames(fixture, 0, 8);
  expect(told(fixture)).toEqual([]);

  await guessNames(fixture, 8, 20);

  expect(told(fixture)).toEqual([
    {
      type: 'credential_stuffing.detected',
      outcome: 'failure',
      actor: { type: 'anonymous', id: null },
      target: { type: 'tenant', id: fixture.tenant.id },
      data: { targets: 10 },
      ip: CONTEXT.ip,
      userAgent: CONTEXT.userAgent,
      addresses: {},
    },
  ]);
  // It says nothing of any one account, so nobody is mailed.
  expect(await mailsTo(fixture)).toEqual([]);
});

it('does not tell again while the same names are tried again', async () => {
  const fixture = await serviceFixture();
  await guessNames(fixture, 0, 10);

  await guessNames(fixture, 0, 10);

  expect(told(fixture)).toHaveLength(1);
});

it('does not tell of one name that is tried often, nor of many from several addresses', async () => {
  const fixture = await serviceFixture({ maxLoginAttempts: 100 });
  for (let count = 0; count < 20; count += 1) await guess(fixture, {});
  await guessNames(fixture, 0, 9, { addressGroup: '192.0.2.2' });
  await guessNames(fixture, 9, 18, { addressGroup: '192.0.2.3' });

  expect(told(fixture)).toEqual([]);
});

it('tells of the next wave when the last one is forgotten', async () => {
  const fixture = await serviceFixture();
  await guessNames(fixture, 0, 10);
  fixture.clock.advance(1_800);

  await guessNames(fixture, 10, 20);

  expect(told(fixture)).toHaveLength(2);
});

// Nothing is counted against the address there (ADR 0012), or a stranger could shut its owner out.
it('counts no wrong password on a device that is known', async () => {
  const fixture = await serviceFixture();
  await addUser(fixture);
  const unknown = { secrets: [], isKept: true };
  const { newDeviceSecret } = await fixture.login(loginRequest(fixture, { device: unknown }));
  await guessNames(fixture, 0, 9);

  await guess(fixture, { device: { secrets: newDeviceSecret ? [newDeviceSecret] : [], isKept: true } });

  expect(told(fixture)).toEqual([]);
});

// Whoever has the right password and only an address to confirm guesses at nothing.
it('counts no right password', async () => {
  const fixture = await serviceFixture();
  await addUser(fixture, { emailVerified: false });
  await guessNames(fixture, 0, 9);

  await expect(fixture.login(loginRequest(fixture))).rejects.toMatchObject({ code: 'email_not_verified' });

  expect(told(fixture)).toEqual([]);
});
