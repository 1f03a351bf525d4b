import { describe, expect, it } from 'vitest';
import { email } from '../../support/parsed.ts';
import { accept, findUser, readLink } from '../../support/requests.ts';
import { addUser, type ServiceFixture, serviceFixture } from '../../support/service-fixture.ts';
import { callLog } from '../../support/unit-of-work.ts';

const ADA = email('ada@example.com');
const DAY_SECONDS = 86_400;

async function firstOwner(fixture: ServiceFixture) {
  return readLink(fixture, (await fixture.invite.firstOwner(fixture.tenant)) ?? '');
}

describe("the first owner's link", () => {
  it('makes an owner of whoever accepts it, at the address that they name', async () => {
    const fixture = await serviceFixture();
    const link = await firstOwner(fixture);

    const { user } = await accept(fixture, { link, email: ADA });

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: true, roles: ['owner'] });
  });

  it.each([
    ['an address', { email: null }, ['/email']],
    ['a password', { password: null }, ['/password']],
    ['both', { email: null, password: null }, ['/password', '/email']],
  ])('wants %s, and spends nothing without', async (_what, change, pointers) => {
    const fixture = await serviceFixture();
    const link = await firstOwner(fixture);

    await expect(accept(fixture, { link, email: ADA, ...change })).rejects.toMatchObject({
      code: 'validation_failed',
      problems: pointers.map((pointer) => ({ pointer, code: 'required' })),
    });

    expect((await accept(fixture, { link, email: ADA })).user.roles).toEqual(['owner']);
  });

  // api.md: two links make one owner and the rest are 410 link_used.
  it('makes one owner, however many links are opened at once', async () => {
    const fixture = await serviceFixture();
    const links = await Promise.all(Array.from({ length: 16 }, () => firstOwner(fixture)));

    const attempts = await Promise.allSettled(
      links.map((link, index) => accept(fixture, { link, email: email(`owner${index}@example.com`) })),
    );

    const refusals = attempts.filter(({ status }) => status === 'rejected');
    expect(refusals).toHaveLength(15);
    for (const refusal of refusals) expect(refusal).toMatchObject({ reason: { code: 'link_used' } });
  });

  it('is used once the tenant has an owner, and costs no hash then', async () => {
    const fixture = await serviceFixture();
    const link = await firstOwner(fixture);
    await addUser(fixture, { email: email('grace@example.com'), roles: ['owner'] });
    const before = fixture.hasher.hashes();

    await expect(accept(fixture, { link, email: ADA })).rejects.toMatchObject({ code: 'link_used' });

    expect(fixture.hasher.hashes()).toBe(before);
  });

  it('works until the second before a day is over, and is expired then', async () => {
    const [early, late] = [await serviceFixture(), await serviceFixture()];
    const [earlyLink, lateLink] = [await firstOwner(early), await firstOwner(late)];

    early.clock.advance(DAY_SECONDS - 1);
    await accept(early, { link: earlyLink, email: ADA });
    late.clock.advance(DAY_SECONDS);

    expect(await findUser(early)).toMatchObject({ roles: ['owner'] });
    await expect(accept(late, { link: lateLink, email: ADA })).rejects.toMatchObject({
      code: 'link_expired',
    });
  });

  // On Postgres this lock is what makes two links one owner; here units of work run one at a time anyway.
  it('takes the lock on ownership before it looks for an owner and spends the link', async () => {
    const { around, take } = callLog();
    const fixture = await serviceFixture({ around });
    const link = await firstOwner(fixture);
    take();

    await accept(fixture, { link, email: ADA });

    const calls = take();
    const [locking, looking, ...later] = calls.slice(calls.indexOf('tenants.lockOwnership'));
    expect([locking, looking]).toEqual(['tenants.lockOwnership', 'users.hasUserWithRole']);
    expect(later).toContain('oneTimeTokens.consume');
  });
});
