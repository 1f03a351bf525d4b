import { expect, it } from 'vitest';
import { CALLERS, race } from '../contracts/samples.ts';
import { PASSWORD, startService } from '../support/service.ts';
import { backstage, tally } from './outcomes.ts';

const EMAIL = 'ada@example.test';
const VERIFIED = { REQUIRE_EMAIL_VERIFICATION: 'true' };

it('makes one account of an address that many register at once', async () => {
  const service = await startService();
  const { countRows, countEvents } = await backstage(service);

  const answers = await race(() => service.post('/auth/register', { email: EMAIL, password: PASSWORD }));

  expect(tally(answers)).toEqual({ '201': 1, '409 email_already_registered': CALLERS - 1 });
  expect(await countRows('users')).toBe(1);
  expect(await countRows('user_roles')).toBe(1);
  expect(await countRows('outbox')).toBe(1);
  expect(await countEvents('user.registered')).toEqual([1]);
});

it('makes one account of an address, however it is written', async () => {
  const service = await startService();
  const { countRows } = await backstage(service);
  const spellings = ['ada@example.test', 'Ada@Example.test', ' ADA@EXAMPLE.TEST '];

  const answers = await race((index) =>
    service.post('/auth/register', { email: spellings[index % 3], password: PASSWORD }),
  );

  expect(tally(answers)).toEqual({ '201': 1, '409 email_already_registered': CALLERS - 1 });
  expect(await countRows('users')).toBe(1);
});

it('gives a username to one of many who register with it at once', async () => {
  const service = await startService();
  const { countRows } = await backstage(service);

  const answers = await race((index) =>
    service.post('/auth/register', {
      email: `ada${index}@example.test`,
      password: PASSWORD,
      username: 'ada',
    }),
  );

  expect(tally(answers)).toEqual({ '201': 1, '409 username_taken': CALLERS - 1 });
  expect(await countRows('users')).toBe(1);
});

// It reserves nothing: a stranger who was first must not keep the owner of the mailbox out.
it('opens a registration for each of many where the address must be verified, and answers all alike', async () => {
  const service = await startService(VERIFIED);
  const { countRows, countEvents } = await backstage(service);

  const answers = await race(() => service.post('/auth/register', { email: EMAIL, password: PASSWORD }));

  expect(tally(answers)).toEqual({ '202': CALLERS });
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  expect(await countRows('users')).toBe(0);
  expect(await countRows('open_registrations', 'closed_at IS NULL')).toBe(CALLERS);
  expect(await countEvents('registration.opened')).toEqual([CALLERS]);
});
