import { expect, it } from 'vitest';
import { CALLERS, race } from '../contracts/samples.ts';
import { PASSWORD, startService, type TestService } from '../support/service.ts';
import { backstage, tally } from './outcomes.ts';

const EMAIL = 'ada@example.test';
const VERIFIED = { REQUIRE_EMAIL_VERIFICATION: 'true' };

// Rule 1: sixteen callers, one winner.
it('marks an address verified for one of many who use its link at once', async () => {
  const service = await startService();
  const { countEvents } = await backstage(service);
  await service.post('/auth/register', { email: EMAIL, password: PASSWORD });
  const token = await service.mailedToken(EMAIL);

  const answers = await race(() => service.post('/auth/email/verify', { token }));

  expect(tally(answers)).toEqual({ '200': 1, '410 link_used': CALLERS - 1 });
  expect(await countEvents('email.verified')).toEqual([1]);
});

it('makes one account of a registration whose link many use at once', async () => {
  const service = await startService(VERIFIED);
  const { countRows, countEvents } = await backstage(service);
  await service.post('/auth/register', { email: EMAIL, password: PASSWORD });
  const token = await service.mailedToken(EMAIL);

  const answers = await race(() => service.post('/auth/email/verify', { token }));

  expect(tally(answers)).toEqual({ '200': 1, '410 link_used': CALLERS - 1 });
  expect(await countRows('users')).toBe(1);
  expect(await countEvents('user.registered', 'email.verified')).toEqual([1, 1]);
});

it('makes one account of an address whose links are all used at once, each with its own password', async () => {
  const service = await startService(VERIFIED);
  const { countRows, countEvents } = await backstage(service);
  const links = await registerMany(service);

  const answers = await race((index) => service.post('/auth/email/verify', links[index]));

  expect(tally(answers)).toEqual({ '200': 1, '410 link_used': CALLERS - 1 });
  expect(await countRows('users', 'email_verified')).toBe(1);
  expect(await countRows('open_registrations', 'closed_at IS NULL')).toBe(0);
  expect(await countRows('one_time_tokens', 'used_at IS NULL AND killed_at IS NULL')).toBe(0);
  expect(await countEvents('user.registered', 'email.verified')).toEqual([1, 1]);
  const winner = answers.findIndex(({ statusCode }) => statusCode === 200);
  const password = links[winner]?.password;
  expect((await service.post('/auth/login', { email: EMAIL, password })).statusCode).toBe(200);
});

it('makes no account of an address whose links are all used at once without a password, and spends none', async () => {
  const service = await startService(VERIFIED);
  const { countRows } = await backstage(service);
  const links = await registerMany(service);

  const answers = await race((index) => service.post('/auth/email/verify', { token: links[index]?.token }));

  expect(tally(answers)).toEqual({ '409 password_required': CALLERS });
  expect(await countRows('users')).toBe(0);
  expect(await countRows('one_time_tokens', 'used_at IS NOT NULL')).toBe(0);
});

// Whoever looked before another registration was opened may be asked for a password; nobody gets an error.
it('makes at most one account when a link is used while others register the address', async () => {
  const service = await startService(VERIFIED);
  const { countRows } = await backstage(service);
  await service.post('/auth/register', { email: EMAIL, password: PASSWORD });
  const token = await service.mailedToken(EMAIL);

  const answers = await race((index) =>
    index % 2 === 0
      ? service.post('/auth/email/verify', { token, password: PASSWORD })
      : service.post('/auth/register', { email: EMAIL, password: `${PASSWORD}-${index}` }),
  );

  const { '200': verified = 0, '202': registered, ...refused } = tally(answers);
  expect(registered).toBe(CALLERS / 2);
  expect(['409 password_required', '410 link_used']).toEqual(expect.arrayContaining(Object.keys(refused)));
  expect(verified).toBeLessThanOrEqual(1);
  expect(await countRows('users')).toBe(verified);
});

it('marks an address verified once when two links of its account are used by many at once', async () => {
  const service = await startService();
  const { countEvents, countRows } = await backstage(service);
  await service.post('/auth/register', { email: EMAIL, password: PASSWORD });
  const first = await service.mailedToken(EMAIL);
  await service.post('/auth/email/resend-verification', { email: EMAIL });
  const second = await service.mailedToken(EMAIL);

  const answers = await race((index) =>
    service.post('/auth/email/verify', { token: index % 2 === 0 ? first : second }),
  );

  expect(first).not.toBe(second);
  expect(tally(answers)).toEqual({ '200': 1, '410 link_used': CALLERS - 1 });
  expect(await countRows('one_time_tokens', 'used_at IS NULL AND killed_at IS NULL')).toBe(0);
  expect(await countEvents('email.verified')).toEqual([1]);
});

type Link = Readonly<{ token: string; password: string }>;

/** As many open registrations of one address as a race has callers, each with a password of its own. */
async function registerMany({ app, post }: TestService): Promise<readonly Link[]> {
  const passwords = Array.from({ length: CALLERS }, (_, index) => `${PASSWORD}-${index}`);
  const tokens: string[] = [];
  for (const password of passwords) {
    await post('/auth/register', { email: EMAIL, password });
    await app.worker?.runOnce('mail');
    const [mail] = (await app.devMailbox?.list({ to: EMAIL, limit: 1 })) ?? [];
    tokens.push(mail?.token ?? '');
  }
  return passwords.map((password, index) => ({ password, token: tokens[index] ?? '' }));
}
