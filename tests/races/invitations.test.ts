import { expect, it } from 'vitest';
import { CALLERS, race } from '../contracts/samples.ts';
import { email } from '../support/parsed.ts';
import { PASSWORD, startService, type TestService } from '../support/service.ts';
import { backstage, tally, tallyCalls } from './outcomes.ts';

const EMAIL = 'ada@example.test';

// Two processes start at once and each prints a link of its own.
it('makes one first owner, however many open however many links for them at once', async () => {
  const service = await startService();
  const { countRows, countEvents } = await backstage(service);
  const tenant = await service.app.services.resolveTenant.byName('default');
  const links = [await firstOwnerLink(service), await firstOwnerLink(service)];
  const tokenOf = (index: number) => links[index % 2];

  const answers = await race((index) =>
    service.post('/auth/invitations/accept', {
      token: tokenOf(index),
      email: `owner${index}@example.test`,
      password: PASSWORD,
    }),
  );

  expect(links[0]).not.toBe(links[1]);
  expect(tally(answers)).toEqual({ '200': 1, '410 link_used': CALLERS - 1 });
  expect(await countRows('user_roles', `role = 'owner'`)).toBe(1);
  expect(await countRows('users')).toBe(1);
  expect(await countRows('sessions')).toBe(1);
  expect(await countEvents('invitation.accepted')).toEqual([1]);
  expect(await service.app.services.invite.firstOwner(tenant)).toBeNull();
});

it('makes one account of an invitation that many accept at once', async () => {
  const service = await startService();
  const { countRows, countEvents } = await backstage(service);
  const token = await invite(service);

  const answers = await race(() => service.post('/auth/invitations/accept', { token, password: PASSWORD }));

  expect(tally(answers)).toEqual({ '200': 1, '410 link_used': CALLERS - 1 });
  expect(await countRows('users')).toBe(1);
  expect(await countRows('sessions')).toBe(1);
  expect(await countEvents('invitation.accepted')).toEqual([1]);
});

it('makes one account of many invitations of one address, and spends the others of them on nothing', async () => {
  const service = await startService();
  const { countRows } = await backstage(service);
  const tokens: string[] = [];
  for (let index = 0; index < CALLERS; index += 1) tokens.push(await invite(service));

  const answers = await race((index) =>
    service.post('/auth/invitations/accept', { token: tokens[index], password: PASSWORD }),
  );

  expect(tally(answers)).toEqual({ '200': 1, '409 email_already_registered': CALLERS - 1 });
  expect(await countRows('users')).toBe(1);
  expect(await countRows('one_time_tokens', 'used_at IS NOT NULL')).toBe(1);
});

it('makes one account of an address that is invited, registered and confirmed at once', async () => {
  const service = await startService({ REQUIRE_EMAIL_VERIFICATION: 'true' });
  const { countRows } = await backstage(service);
  await service.post('/auth/register', { email: EMAIL, password: PASSWORD });
  const registration = await service.mailedToken(EMAIL);
  const invitation = await invite(service);

  const answers = await race((index) =>
    index % 2 === 0
      ? service.post('/auth/invitations/accept', { token: invitation, password: PASSWORD })
      : service.post('/auth/email/verify', { token: registration }),
  );

  const { '200': done, ...refused } = tally(answers);
  expect(done).toBe(1);
  expect(['409 email_already_registered', '410 link_used']).toEqual(
    expect.arrayContaining(Object.keys(refused)),
  );
  expect(await countRows('users')).toBe(1);
  expect(await countRows('open_registrations', 'closed_at IS NULL')).toBe(0);
});

it('makes one administrator of an address, however many operators make them at once', async () => {
  const service = await startService();
  const { countRows, countEvents } = await backstage(service);
  const { services } = service.app;
  const tenant = await services.resolveTenant.byName('default');

  const calls = Array.from({ length: CALLERS }, () =>
    services.createAdmin(tenant, email(EMAIL), 'admin', PASSWORD),
  );
  const outcomes = await tallyCalls(calls);

  expect(outcomes['done']).toBeGreaterThanOrEqual(1);
  expect(['done', 'email_already_registered']).toEqual(expect.arrayContaining(Object.keys(outcomes)));
  expect(await countRows('users')).toBe(1);
  expect(await countRows('user_roles')).toBe(1);
  expect(await countEvents('user.registered', 'role.assigned')).toEqual([1, 1]);
});

async function firstOwnerLink({ app }: TestService): Promise<string> {
  const tenant = await app.services.resolveTenant.byName('default');
  return (await app.services.invite.firstOwner(tenant)) ?? '';
}

async function invite({ app }: TestService): Promise<string> {
  const tenant = await app.services.resolveTenant.byName('default');
  return app.services.invite.byOperator(tenant, email(EMAIL), 'admin');
}
