import { describe, expect, it } from 'vitest';
import type { RegistrationRequest } from '../../../core/registration/index.ts';
import { email, locale, username } from '../../support/parsed.ts';
import {
  auditTypes,
  findUser,
  loginRequest,
  mailsTo,
  openRegistrations,
  registrationRequest,
} from '../../support/requests.ts';
import { addTenant, addUser, CONTEXT, serviceFixture } from '../../support/service-fixture.ts';
import { callLog } from '../../support/unit-of-work.ts';

describe('while addresses must be verified', () => {
  it('opens a registration with all that was asked for, mails a link, and makes no user', async () => {
    const fixture = await serviceFixture();
    const asked = { name: 'Ada Lovelace', username: username('ada'), locale: locale('en-GB') };

    const answer = await fixture.register(registrationRequest(fixture, asked));

    expect(answer).toEqual({ user: null });
    expect(await findUser(fixture)).toBeNull();
    const [open, ...more] = await openRegistrations(fixture);
    expect(open).toMatchObject({ email: 'ada@example.com', ...asked });
    expect(more).toEqual([]);
    const mails = await mailsTo(fixture);
    expect(mails.map(({ template, links }) => [template, links.length])).toEqual([['verify_email', 1]]);
    expect(fixture.store.auditOf(fixture.tenant.id)).toEqual([
      {
        type: 'registration.opened',
        outcome: 'success',
        actor: { type: 'anonymous', id: null },
        target: { type: 'registration', id: open?.id },
        data: {},
        ip: CONTEXT.ip,
        userAgent: CONTEXT.userAgent,
        addresses: { email: 'ada@example.com' },
      },
    ]);
  });

  // Rule 11: from outside nobody can tell whether an address has an account.
  it.each([
    ['verified', { emailVerified: true }],
    ['unverified', { emailVerified: false }],
  ])('answers alike for a known address that is %s, at the same cost, and tells its owner', async (_what, change) => {
    const fixture = await serviceFixture();
    await addUser(fixture, change);
    const before = fixture.hasher.hashes();
    const unknown = await fixture.register(
      registrationRequest(fixture, { email: email('grace@example.com') }),
    );
    const costOfUnknown = fixture.hasher.hashes() - before;

    const known = await fixture.register(registrationRequest(fixture));

    expect(known).toEqual(unknown);
    expect(fixture.hasher.hashes() - before - costOfUnknown).toBe(costOfUnknown);
    expect(await openRegistrations(fixture)).toEqual([]);
    expect(await mailsTo(fixture)).toEqual([
      expect.objectContaining({ template: 'already_registered', links: [], token: null }),
    ]);
    expect(auditTypes(fixture)).toEqual(['registration.opened', 'registration.repeated']);
  });

  // A patient stranger could time one row more or less.
  it('asks the store the very same of a known and of an unknown address', async () => {
    const { around, take } = callLog();
    const fixture = await serviceFixture({ around });
    await addUser(fixture);

    await fixture.register(registrationRequest(fixture));
    const ofKnown = take();
    await fixture.register(registrationRequest(fixture, { email: email('grace@example.com') }));

    expect(ofKnown).toEqual(take());
    expect(ofKnown).toContain('outbox.add');
  });

  it('leaves the account of a known address as it is', async () => {
    const fixture = await serviceFixture();
    const user = await addUser(fixture);

    await fixture.register(registrationRequest(fixture, { password: 'Another password 1', name: 'Eve' }));

    expect(await findUser(fixture)).toEqual(user);
    await expect(
      fixture.login(loginRequest(fixture, { password: 'Another password 1' })),
    ).rejects.toMatchObject({ code: 'invalid_credentials' });
  });

  it('reserves nothing: an address and a username may be asked for again and again', async () => {
    const fixture = await serviceFixture();
    const asked = registrationRequest(fixture, { username: username('ada') });

    await Promise.all(Array.from({ length: 16 }, () => fixture.register(asked)));

    expect(await openRegistrations(fixture)).toHaveLength(16);
    expect(await mailsTo(fixture)).toHaveLength(16);
  });

  // Rule 24: what a stranger typed never goes into a mail to an address that is not verified.
  it('mails nothing of what was typed', async () => {
    const fixture = await serviceFixture();

    await fixture.register(
      registrationRequest(fixture, { name: 'Buy-Pills-At', username: username('evil-username') }),
    );

    const [mail] = await mailsTo(fixture);
    expect(JSON.stringify(mail)).not.toMatch(/Buy-Pills-At|evil-username/);
  });
});

describe('where verification is not required', () => {
  const openFixture = () => serviceFixture({ emailVerificationRequired: false });

  it('makes an unverified member at once, who can sign in, and mails a link', async () => {
    const fixture = await openFixture();

    const { user } = await fixture.register(registrationRequest(fixture, { name: 'Ada' }));

    expect(user).toMatchObject({
      email: 'ada@example.com',
      emailVerified: false,
      roles: ['member'],
      name: 'Ada',
    });
    expect(await findUser(fixture)).toEqual(user);
    expect((await fixture.login(loginRequest(fixture))).user.id).toBe(user?.id);
    expect((await mailsTo(fixture)).map(({ template }) => template)).toEqual(['verify_email']);
    expect(fixture.store.auditOf(fixture.tenant.id)[0]).toMatchObject({
      type: 'user.registered',
      actor: { type: 'anonymous', id: null },
      target: { type: 'user', id: user?.id },
    });
  });

  it('says that an address is known, and changes nothing', async () => {
    const fixture = await openFixture();
    const user = await addUser(fixture);

    const attempt = fixture.register(registrationRequest(fixture, { name: 'Eve' }));

    await expect(attempt).rejects.toMatchObject({ code: 'email_already_registered' });
    expect(await findUser(fixture)).toEqual(user);
    expect(await mailsTo(fixture)).toEqual([]);
    expect(auditTypes(fixture)).toEqual([]);
  });

  it('makes one account of any number of requests at once', async () => {
    const fixture = await openFixture();

    const attempts = await Promise.allSettled(
      Array.from({ length: 16 }, () => fixture.register(registrationRequest(fixture))),
    );

    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await mailsTo(fixture)).toHaveLength(1);
    expect(auditTypes(fixture)).toEqual(['user.registered']);
  });

  it('closes what was open for the address while verification was required', async () => {
    const fixture = await openFixture();
    const strict = { ...fixture.tenant, settings: { email_verification_required: true } };
    await fixture.register(registrationRequest(fixture, { tenant: strict }));

    await fixture.register(registrationRequest(fixture));

    expect(await openRegistrations(fixture)).toEqual([]);
  });
});

describe.each([
  ['while addresses must be verified', true],
  ['where verification is not required', false],
])('a refusal %s', (_mode, emailVerificationRequired) => {
  const CASES: readonly (readonly [string, Partial<RegistrationRequest>, string])[] = [
    ['a weak password', { password: 'correcthorse7' }, 'password_too_weak'],
    ['a short password', { password: 'Abc1' }, 'password_too_short'],
    ['a long password', { password: `Aa1${'x'.repeat(254)}` }, 'password_too_long'],
    ['a common password', { password: 'Password1' }, 'password_too_common'],
    ['the name with a digit', { password: 'Lovelace1', name: 'Ada Lovelace' }, 'password_too_common'],
    ['the username', { password: 'Countess1', username: username('countess') }, 'password_too_common'],
    [
      'the local part',
      { password: 'Lovelace1', email: email('lovelace@example.com') },
      'password_too_common',
    ],
    ['the service', { password: 'Gatehouse1' }, 'password_too_common'],
  ];

  it.each(CASES)('of %s comes before any hash and leaves nothing behind', async (_what, change, code) => {
    const fixture = await serviceFixture({ emailVerificationRequired });

    await expect(fixture.register(registrationRequest(fixture, change))).rejects.toMatchObject({ code });

    expect(fixture.hasher.hashes()).toBe(0);
    expect(auditTypes(fixture)).toEqual([]);
    expect(await fixture.deliverMails()).toBe(0);
  });

  it('of a taken username comes before anything about the address', async () => {
    const fixture = await serviceFixture({ emailVerificationRequired });
    await addUser(fixture, { username: username('ada') });

    const attempt = fixture.register(registrationRequest(fixture, { username: username('ada') }));

    await expect(attempt).rejects.toMatchObject({ code: 'username_taken' });
    expect(auditTypes(fixture)).toEqual([]);
    expect(await fixture.deliverMails()).toBe(0);
  });

  it.each(['closed', 'invite'] as const)('comes from a tenant whose sign-up is %s', async (signup) => {
    const fixture = await serviceFixture({ emailVerificationRequired });
    const tenant = await addTenant(fixture, 'private', { signup });

    const attempt = fixture.register(registrationRequest(fixture, { tenant, password: 'weak' }));

    await expect(attempt).rejects.toMatchObject({ code: 'signup_closed' });
  });

  it('comes from the platform, whatever it has set', async () => {
    const fixture = await serviceFixture({ emailVerificationRequired });
    const tenant = await addTenant(fixture, 'platform', { signup: 'open' });

    const attempt = fixture.register(registrationRequest(fixture, { tenant }));

    await expect(attempt).rejects.toMatchObject({ code: 'signup_closed' });
  });

  it('says nothing about the address while the hashing queue is full', async () => {
    const fixture = await serviceFixture({ emailVerificationRequired });
    await addUser(fixture);
    fixture.hasher.overload();

    await expect(fixture.register(registrationRequest(fixture))).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await fixture.deliverMails()).toBe(0);
  });
});
