import { describe, expect, it } from 'vitest';
import {
  findUser,
  loginRequest,
  openRegistrations,
  registered,
  registrationRequest,
  stateOf,
  verify,
} from '../../support/requests.ts';
import { CONTEXT, PASSWORD, serviceFixture, VERIFICATION_SECONDS } from '../../support/service-fixture.ts';
import { interruption } from '../../support/unit-of-work.ts';

// Rule 9: a verification link only confirms what its own registration set.
describe('while several registrations of an address are open', () => {
  const OTHER_PASSWORD = 'Another password 9';

  async function contested() {
    const fixture = await serviceFixture();
    const owners = await registered(fixture, { name: 'Ada' });
    const strangers = await registered(fixture, { name: 'Eve', password: OTHER_PASSWORD });
    return { ...fixture, owners, strangers };
  }

  it("wants the password of the link's own registration, and spends nothing without", async () => {
    const fixture = await contested();

    for (const link of [fixture.owners, fixture.strangers]) {
      await expect(verify(fixture, link)).rejects.toMatchObject({
        code: 'password_required',
      });
    }

    expect(await findUser(fixture)).toBeNull();
    await verify(fixture, fixture.owners, PASSWORD);
    expect(await findUser(fixture)).toMatchObject({ name: 'Ada' });
  });

  it.each([
    ['wrong', 'Wrong password 1'],
    ['that of the other registration', OTHER_PASSWORD],
    ['empty', ''],
    ['one of 257 characters', 'x'.repeat(257)],
  ])('refuses a password that is %s, tells of it, and spends nothing', async (_what, password) => {
    const fixture = await contested();
    const before = fixture.hasher.comparisons();

    const attempt = verify(fixture, fixture.owners, password);

    await expect(attempt).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect(fixture.hasher.comparisons() - before).toBe(1);
    expect(await findUser(fixture)).toBeNull();
    expect(fixture.store.auditOf(fixture.tenant.id).at(-1)).toMatchObject({
      type: 'registration.confirmation_failed',
      outcome: 'failure',
      target: { type: 'registration' },
      ip: CONTEXT.ip,
    });
    await verify(fixture, fixture.owners, PASSWORD);
  });

  it('makes the account of whoever was first, and kills every other link of the address', async () => {
    const fixture = await contested();

    await verify(fixture, fixture.owners, PASSWORD);

    expect(await openRegistrations(fixture)).toEqual([]);
    for (const link of [fixture.owners, fixture.strangers]) expect(await stateOf(fixture, link)).toBe('used');
    for (const password of [OTHER_PASSWORD, null]) {
      const attempt = verify(fixture, fixture.strangers, password);
      await expect(attempt).rejects.toMatchObject({ code: 'link_used' });
    }
    expect((await fixture.login(loginRequest(fixture))).user.name).toBe('Ada');
    await expect(fixture.login(loginRequest(fixture, { password: OTHER_PASSWORD }))).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
  });

  it('makes one account when both confirm at once: the loser finds it used', async () => {
    const fixture = await contested();

    const attempts = await Promise.allSettled([
      verify(fixture, fixture.owners, PASSWORD),
      verify(fixture, fixture.strangers, OTHER_PASSWORD),
    ]);

    const [refusal, ...more] = attempts.filter(({ status }) => status === 'rejected');
    expect(refusal).toMatchObject({ reason: { code: 'link_used' } });
    expect(more).toEqual([]);
  });

  it('wants no password any more when the others have expired', async () => {
    const fixture = await serviceFixture();
    await registered(fixture, { name: 'Eve', password: OTHER_PASSWORD });
    fixture.clock.advance(VERIFICATION_SECONDS / 2);
    const link = await registered(fixture, { name: 'Ada' });
    fixture.clock.advance(VERIFICATION_SECONDS / 2);

    await verify(fixture, link);

    expect(await findUser(fixture)).toMatchObject({ name: 'Ada' });
  });

  it('goes by no password while one registration is open', async () => {
    const fixture = await serviceFixture();
    const link = await registered(fixture);

    await verify(fixture, link, 'Wrong password 1');

    expect(await findUser(fixture)).not.toBeNull();
  });

  it('takes a right password that came before another was opened', async () => {
    const { around, beforeRun } = interruption();
    const fixture = await serviceFixture({ around });
    const link = await registered(fixture);
    beforeRun(2, () => fixture.register(registrationRequest(fixture, { name: 'Mallory' })));

    await verify(fixture, link, PASSWORD);

    expect(await findUser(fixture)).not.toBeNull();
  });

  it('wants the password, too, when another was opened between looking and spending', async () => {
    const { around, beforeRun } = interruption();
    const fixture = await serviceFixture({ around });
    const link = await registered(fixture);
    const openAnother = () => fixture.register(registrationRequest(fixture, { name: 'Mallory' }));
    beforeRun(2, openAnother);

    await expect(verify(fixture, link)).rejects.toMatchObject({
      code: 'password_required',
    });

    expect(await findUser(fixture)).toBeNull();
    await verify(fixture, link, PASSWORD);
    expect(await findUser(fixture)).not.toBeNull();
  });
});
