import { describe, expect, it } from 'vitest';
import { mintOneTimeText } from '../../../core/kernel/one-time-text.ts';
import { email, username } from '../../support/parsed.ts';
import {
  auditTypes,
  findUser,
  loginRequest,
  mailsTo,
  newestLinkTo,
  readLink,
  registered,
  stateOf,
  verify,
} from '../../support/requests.ts';
import {
  addTenant,
  addUser,
  CONTEXT,
  PASSWORD,
  serviceFixture,
  VERIFICATION_SECONDS,
} from '../../support/service-fixture.ts';
import { interruption } from '../../support/unit-of-work.ts';

describe('the link of an open registration', () => {
  it('makes the account from that registration, verified, and signs nobody in', async () => {
    const fixture = await serviceFixture();
    const link = await registered(fixture, { name: 'Ada Lovelace', username: username('ada') });

    const answer = await verify(fixture, link);

    const user = await findUser(fixture);
    expect(answer).toBeUndefined();
    expect(user).toMatchObject({
      emailVerified: true,
      status: 'active',
      name: 'Ada Lovelace',
      username: 'ada',
      roles: ['member'],
      lastLoginAt: null,
    });
    expect(auditTypes(fixture)).toEqual(['registration.opened', 'user.registered', 'email.verified']);
    expect(fixture.store.auditOf(fixture.tenant.id).at(-1)).toMatchObject({
      actor: { type: 'user', id: user?.id },
      target: { type: 'user', id: user?.id },
      ip: CONTEXT.ip,
    });
    expect((await fixture.login(loginRequest(fixture))).user.id).toBe(user?.id);
  });

  it('works once', async () => {
    const fixture = await serviceFixture();
    const link = await registered(fixture);
    await verify(fixture, link);

    await expect(verify(fixture, link)).rejects.toMatchObject({ code: 'link_used' });
    expect(auditTypes(fixture).filter((type) => type === 'user.registered')).toHaveLength(1);
  });

  it('makes one account of any number of requests at once: the rest find it used', async () => {
    const fixture = await serviceFixture();
    const link = await registered(fixture);

    const attempts = await Promise.allSettled(Array.from({ length: 16 }, () => verify(fixture, link)));

    const refusals = attempts.filter(({ status }) => status === 'rejected');
    expect(refusals).toHaveLength(15);
    for (const refusal of refusals) expect(refusal).toMatchObject({ reason: { code: 'link_used' } });
  });

  it('works until the second before it expires, and is expired then', async () => {
    const [early, late] = [await serviceFixture(), await serviceFixture()];
    const [earlyLink, lateLink] = [await registered(early), await registered(late)];

    early.clock.advance(VERIFICATION_SECONDS - 1);
    await verify(early, earlyLink);
    late.clock.advance(VERIFICATION_SECONDS);

    expect(await findUser(early)).not.toBeNull();
    await expect(verify(late, lateLink)).rejects.toMatchObject({ code: 'link_expired' });
    expect(await findUser(late)).toBeNull();
  });

  it('makes the account without a username that was taken meanwhile', async () => {
    const fixture = await serviceFixture();
    const link = await registered(fixture, { username: username('ada') });
    await addUser(fixture, { email: email('grace@example.com'), username: username('ada') });

    await verify(fixture, link);

    expect(await findUser(fixture)).toMatchObject({ username: null, emailVerified: true });
  });

  it('finds its place taken when an account was made otherwise meanwhile', async () => {
    const fixture = await serviceFixture();
    const link = await registered(fixture);
    await fixture.createAdmin(fixture.tenant, email('ada@example.com'), 'admin', PASSWORD);

    await expect(verify(fixture, link)).rejects.toMatchObject({ code: 'link_used' });
  });

  // Nothing closed the registration here: the account itself is in the way. Never a fault, never two.
  it('is told as used when the address has an account although the registration is open', async () => {
    const fixture = await serviceFixture();
    const link = await registered(fixture);
    const user = await addUser(fixture);

    await expect(verify(fixture, link)).rejects.toMatchObject({ code: 'link_used' });

    expect(await findUser(fixture)).toEqual(user);
  });

  // Whatever closes a registration kills its links, too; should one be left, it grants nothing.
  it.each([
    ['before it is looked at', 1],
    ['between looking and spending', 2],
  ])('is told as used when its registration was closed %s', async (_when, run) => {
    const { around, beforeRun } = interruption();
    const fixture = await serviceFixture({ around });
    const link = await registered(fixture);
    beforeRun(run, () =>
      fixture.store.unitOfWork.run(fixture.tenant.id, ({ registrations }) =>
        registrations.closeAllOf(email('ada@example.com')),
      ),
    );

    await expect(verify(fixture, link)).rejects.toMatchObject({ code: 'link_used' });

    expect(await findUser(fixture)).toBeNull();
  });

  it('is told as expired when its time ran out between looking and spending', async () => {
    const { around, beforeRun } = interruption();
    const fixture = await serviceFixture({ around });
    const link = await registered(fixture);
    beforeRun(2, async () => fixture.clock.advance(VERIFICATION_SECONDS));

    await expect(verify(fixture, link)).rejects.toMatchObject({ code: 'link_expired' });
  });
});

describe('the link of an account', () => {
  /** Registers where verification is not required, and answers the account's link. */
  async function withAccount() {
    const fixture = await serviceFixture({ emailVerificationRequired: false });
    return { ...fixture, link: await registered(fixture, { name: 'Ada' }) };
  }

  it('marks the address verified and changes nothing else', async () => {
    const fixture = await withAccount();
    const before = await findUser(fixture);
    fixture.clock.advance(60);

    await verify(fixture, fixture.link);

    const after = await findUser(fixture);
    expect(after).toEqual({ ...before, emailVerified: true, updatedAt: fixture.clock.now() });
    expect(auditTypes(fixture)).toEqual(['user.registered', 'email.verified']);
    expect((await fixture.login(loginRequest(fixture))).user.id).toBe(before?.id);
  });

  it('kills the other links of the account', async () => {
    const fixture = await withAccount();
    await fixture.resendVerification(fixture.tenant, email('ada@example.com'), CONTEXT);
    const further = await newestLinkTo(fixture);

    await verify(fixture, fixture.link);

    expect(await mailsTo(fixture)).toHaveLength(2);
    for (const link of [fixture.link, further]) {
      expect(await stateOf(fixture, link)).toBe('used');
      await expect(verify(fixture, link)).rejects.toMatchObject({ code: 'link_used' });
    }
  });

  it('is worth nothing once the user is suspended', async () => {
    const fixture = await withAccount();
    const user = await findUser(fixture);
    if (user) await fixture.store.tamper.setUserStatus(fixture.tenant.id, user.id, 'suspended');

    await expect(verify(fixture, fixture.link)).rejects.toMatchObject({
      code: 'link_used',
    });

    expect(await findUser(fixture)).toMatchObject({ emailVerified: false });
  });

  it('is expired when its time is over', async () => {
    const fixture = await withAccount();
    fixture.clock.advance(VERIFICATION_SECONDS);

    await expect(verify(fixture, fixture.link)).rejects.toMatchObject({
      code: 'link_expired',
    });
  });
});

// Rule 2: bound to its purpose and its tenant.
describe('a link that is not one of these', () => {
  it('is invalid as a verification, and stays good for what it is', async () => {
    const fixture = await serviceFixture();
    const texts = [
      await fixture.invite.byOperator(fixture.tenant, email('ada@example.com'), 'admin'),
      await fixture.invite.firstOwner(fixture.tenant),
    ];

    for (const link of texts.map((text) => readLink(fixture, text ?? ''))) {
      const attempt = verify(fixture, link, PASSWORD);
      await expect(attempt).rejects.toMatchObject({ code: 'link_invalid' });
      expect(await stateOf(fixture, link)).toBe('live');
    }
  });

  it('is invalid when it was never stored, and costs no comparison', async () => {
    const fixture = await serviceFixture();
    const link = mintOneTimeText(fixture.crypto, 'verify_registration', fixture.tenant.id);

    await expect(verify(fixture, link, PASSWORD)).rejects.toMatchObject({
      code: 'link_invalid',
    });
    expect(fixture.hasher.comparisons()).toBe(0);
  });

  it('is invalid in another tenant, and stays good in its own', async () => {
    const fixture = await serviceFixture();
    const link = await registered(fixture);
    const other = await addTenant(fixture, 'other');

    const attempt = verify(fixture, { ...link, tenantId: other.id });

    await expect(attempt).rejects.toMatchObject({ code: 'link_invalid' });
    await verify(fixture, link);
    expect(await findUser(fixture)).not.toBeNull();
  });
});
