import { describe, expect, it } from 'vitest';
import { mintOneTimeText } from '../../../core/kernel/one-time-text.ts';
import { email } from '../../support/parsed.ts';
import {
  accept,
  auditTypes,
  findUser,
  invited,
  loginRequest,
  newestLinkTo,
  registered,
  registrationRequest,
  stateOf,
  verify,
} from '../../support/requests.ts';
import { addTenant, addUser, CONTEXT, serviceFixture } from '../../support/service-fixture.ts';

const ADA = email('ada@example.com');
const DAY_SECONDS = 86_400;

describe('an invitation', () => {
  it('makes the account that it offers, verified, and signs it in', async () => {
    const fixture = await serviceFixture();
    const link = await invited(fixture);

    const signedIn = await accept(fixture, { link, name: 'Ada Lovelace', deviceName: 'Laptop' });

    expect(signedIn).toMatchObject({
      user: { email: 'ada@example.com', emailVerified: true, roles: ['admin'], name: 'Ada Lovelace' },
      session: { amr: ['pwd'], aal: 1, deviceName: 'Laptop' },
    });
    const use = { named: null, route: '/auth/me', context: CONTEXT };
    expect((await fixture.authenticate.session(signedIn.accessToken, use)).user.id).toBe(signedIn.user.id);
    expect((await fixture.login(loginRequest(fixture))).user.id).toBe(signedIn.user.id);
    const { id } = signedIn.user;
    expect(fixture.store.auditOf(fixture.tenant.id).slice(0, 4)).toMatchObject([
      { type: 'invitation.created' },
      { type: 'user.registered', actor: { type: 'user', id }, target: { type: 'user', id } },
      { type: 'invitation.accepted', actor: { type: 'user', id }, data: { roles: ['admin'] } },
      { type: 'login.succeeded', actor: { type: 'user', id } },
    ]);
  });

  it('is for the address that it was mailed to, whatever else is named', async () => {
    const fixture = await serviceFixture();
    const link = await invited(fixture);

    const { user } = await accept(fixture, { link, email: email('eve@example.com') });

    expect(user.email).toBe('ada@example.com');
  });

  it('makes one account of any number of requests at once: the rest find it used', async () => {
    const fixture = await serviceFixture();
    const link = await invited(fixture);

    const attempts = await Promise.allSettled(Array.from({ length: 16 }, () => accept(fixture, { link })));

    const refusals = attempts.filter(({ status }) => status === 'rejected');
    expect(refusals).toHaveLength(15);
    for (const refusal of refusals) expect(refusal).toMatchObject({ reason: { code: 'link_used' } });
  });

  it('works until the second before a week is over, and is expired then', async () => {
    const [early, late] = [await serviceFixture(), await serviceFixture()];
    const [earlyLink, lateLink] = [await invited(early), await invited(late)];

    early.clock.advance(7 * DAY_SECONDS - 1);
    await accept(early, { link: earlyLink });
    late.clock.advance(7 * DAY_SECONDS);

    expect(await findUser(early)).not.toBeNull();
    await expect(accept(late, { link: lateLink })).rejects.toMatchObject({ code: 'link_expired' });
  });

  it('closes what was open for the address, and kills its links', async () => {
    const fixture = await serviceFixture();
    await fixture.register(registrationRequest(fixture, { password: 'Another password 9' }));
    const registration = await newestLinkTo(fixture);
    const link = await invited(fixture);

    await accept(fixture, { link });

    await expect(verify(fixture, registration)).rejects.toMatchObject({
      code: 'link_used',
    });
  });

  it.each([
    [
      'no password',
      { password: null },
      { code: 'validation_failed', problems: [{ pointer: '/password', code: 'required' }] },
    ],
    ['a weak password', { password: 'weak' }, { code: 'password_too_short' }],
    ['the name as password', { name: 'Lovelace', password: 'Lovelace1' }, { code: 'password_too_common' }],
  ])('spends nothing and hashes nothing on %s', async (_what, change, refusal) => {
    const fixture = await serviceFixture();
    const link = await invited(fixture);

    await expect(accept(fixture, { link, ...change })).rejects.toMatchObject(refusal);

    expect(fixture.hasher.hashes()).toBe(0);
    expect((await accept(fixture, { link })).user.email).toBe('ada@example.com');
  });

  it('spends nothing on an address that has an account by now', async () => {
    const fixture = await serviceFixture();
    const link = await invited(fixture);
    const user = await addUser(fixture);

    await expect(accept(fixture, { link })).rejects.toMatchObject({ code: 'email_already_registered' });

    expect(await findUser(fixture)).toEqual(user);
    expect(await stateOf(fixture, link)).toBe('live');
    expect(auditTypes(fixture)).toEqual(['invitation.created']);
  });

  it('spends nothing while the hashing queue is full', async () => {
    const fixture = await serviceFixture();
    const link = await invited(fixture);
    fixture.hasher.overload();

    await expect(accept(fixture, { link })).rejects.toMatchObject({ code: 'unavailable' });

    expect(auditTypes(fixture)).toEqual(['invitation.created']);
  });
});

// Rule 2: bound to its purpose and its tenant.
describe('a link that is not one of these', () => {
  it('is invalid as an invitation, and stays good for what it is', async () => {
    const fixture = await serviceFixture();
    const link = await registered(fixture);

    await expect(accept(fixture, { link, email: ADA })).rejects.toMatchObject({ code: 'link_invalid' });

    expect(await stateOf(fixture, link)).toBe('live');
  });

  it.each([
    'invitation',
    'first_owner',
  ] as const)('is invalid when it was never stored, and costs no hash: %s', async (kind) => {
    const fixture = await serviceFixture();
    const link = mintOneTimeText(fixture.crypto, kind, fixture.tenant.id);

    await expect(accept(fixture, { link, email: ADA })).rejects.toMatchObject({ code: 'link_invalid' });
    expect(fixture.hasher.hashes()).toBe(0);
  });

  it('is invalid under the other kind, though its secret is stored', async () => {
    const fixture = await serviceFixture();
    const link = await invited(fixture);

    const attempt = accept(fixture, { link: { ...link, kind: 'first_owner' }, email: ADA });

    await expect(attempt).rejects.toMatchObject({ code: 'link_invalid' });
  });

  it('is invalid in another tenant, and stays good in its own', async () => {
    const fixture = await serviceFixture();
    const link = await invited(fixture);
    const other = await addTenant(fixture, 'other');

    await expect(accept(fixture, { link, tenant: other })).rejects.toMatchObject({ code: 'link_invalid' });
    expect((await accept(fixture, { link })).user.tenantId).toBe(fixture.tenant.id);
  });
});
