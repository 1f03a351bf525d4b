import { describe, expect, it } from 'vitest';
import { auditTypes, loginRequest, registrationRequest, signIn } from '../../support/requests.ts';
import { addUser, CONTEXT, type ServiceFixture, serviceFixture } from '../../support/service-fixture.ts';

const lastEvent = ({ store, tenant }: ServiceFixture) => store.auditOf(tenant.id).at(-1);

// Rule 11: one answer, one shape, one time.
describe('a sign-in that is refused', () => {
  type Arrange = (fixture: ServiceFixture) => Promise<unknown>;
  const withStatus =
    (status: 'suspended' | 'deleted' | 'invited'): Arrange =>
    async (fixture) => {
      const user = await addUser(fixture);
      await fixture.store.tamper.setUserStatus(fixture.tenant.id, user.id, status);
    };
  const unverified: Arrange = (fixture) => addUser(fixture, { emailVerified: false });
  const nobody: Arrange = async () => undefined;
  const onlyRegistration: Arrange = (fixture) => fixture.register(registrationRequest(fixture));
  const withoutPassword: Arrange = (fixture) => addUser(fixture, { passwordHash: null });
  const withEndlessPassword: Arrange = async (fixture) =>
    addUser(fixture, { passwordHash: await fixture.hasher.hash('x'.repeat(257), fixture.tenant.id) });

  const CASES: readonly (readonly [string, Arrange, { as?: string; password?: string }, string])[] = [
    ['an unknown address', nobody, {}, 'unknown_user'],
    ['an unknown username', nobody, { as: 'ada' }, 'unknown_user'],
    ['an address with only an open registration', onlyRegistration, {}, 'unknown_user'],
    ['a wrong password', addUser, { password: 'wrong' }, 'wrong_password'],
    ['the empty password', addUser, { password: '' }, 'wrong_password'],
    ['a password of 257 characters', withEndlessPassword, { password: 'x'.repeat(257) }, 'wrong_password'],
    ['an account without a password', withoutPassword, {}, 'wrong_password'],
    ['a wrong password of an unverified account', unverified, { password: 'wrong' }, 'wrong_password'],
    ['a suspended user', withStatus('suspended'), {}, 'user_inactive'],
    ['a deleted user', withStatus('deleted'), {}, 'user_inactive'],
    ['a user who is only invited', withStatus('invited'), {}, 'user_inactive'],
  ];

  it.each(
    CASES,
  )('answers for %s as for all others, after one comparison', async (_what, arrange, change, reason) => {
    const fixture = await serviceFixture();
    await arrange(fixture);
    const before = fixture.hasher.comparisons();

    const error: unknown = await fixture
      .login(loginRequest(fixture, change))
      .catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      code: 'invalid_credentials',
      message:
        'The sign-in details are not right. If the account is new, its address may have to be confirmed first',
    });
    expect(fixture.hasher.comparisons() - before).toBe(1);
    const identifier = change.as ?? 'ada@example.com';
    expect(lastEvent(fixture)).toMatchObject({
      type: 'login.failed',
      outcome: 'failure',
      actor: { type: 'anonymous', id: null },
      data: { method: 'pwd', reason },
      addresses: { identifier },
      ip: CONTEXT.ip,
    });
  });

  it('tells in the audit whose account it was, and keeps what was typed apart from the event', async () => {
    const fixture = await serviceFixture();
    const user = await addUser(fixture);

    await expect(fixture.login(loginRequest(fixture, { password: 'wrong' }))).rejects.toThrow();

    expect(lastEvent(fixture)?.target).toEqual({ type: 'user', id: user.id });
    expect(JSON.stringify([lastEvent(fixture)?.data, lastEvent(fixture)?.target])).not.toMatch(/ada@|wrong"/);
  });

  // Rule 30: nobody with the right password is told it was wrong because of load.
  it('is not counted as a failure when the hashing queue is full', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture);
    fixture.hasher.overload();

    await expect(signIn(fixture)).rejects.toMatchObject({ code: 'unavailable' });
    expect(auditTypes(fixture)).toEqual([]);
  });
});
