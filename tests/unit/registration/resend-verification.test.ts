import { describe, expect, it } from 'vitest';
import { email } from '../../support/parsed.ts';
import { findUser, mailsTo, newestLinkTo, registrationRequest, verify } from '../../support/requests.ts';
import {
  addUser,
  CONTEXT,
  PASSWORD,
  type ServiceFixture,
  serviceFixture,
  VERIFICATION_SECONDS,
} from '../../support/service-fixture.ts';
import { callLog } from '../../support/unit-of-work.ts';

const ADA = email('ada@example.com');
const resend = ({ resendVerification, tenant }: ServiceFixture) => resendVerification(tenant, ADA, CONTEXT);
const lastEvent = ({ store, tenant }: ServiceFixture) => store.auditOf(tenant.id).at(-1);

describe('resendVerification', () => {
  it('mails a further link to an open registration: each of its links works until one is used', async () => {
    for (const chosen of [0, 1]) {
      const fixture = await serviceFixture();
      await fixture.register(registrationRequest(fixture));
      const first = await newestLinkTo(fixture);
      fixture.clock.advance(1);
      await resend(fixture);
      const links = [first, await newestLinkTo(fixture)] as const;

      await verify(fixture, links[chosen] ?? first);

      expect(Buffer.compare(links[0].hash, links[1].hash)).not.toBe(0);
      expect(await findUser(fixture)).toMatchObject({ emailVerified: true });
      for (const link of links) {
        await expect(verify(fixture, link)).rejects.toMatchObject({ code: 'link_used' });
      }
    }
  });

  it('lets the registration live as long as its newest link', async () => {
    const fixture = await serviceFixture();
    await fixture.register(registrationRequest(fixture));
    fixture.clock.advance(VERIFICATION_SECONDS - 1);
    await resend(fixture);
    const link = await newestLinkTo(fixture);

    fixture.clock.advance(VERIFICATION_SECONDS - 1);
    await verify(fixture, link);

    expect(await findUser(fixture)).not.toBeNull();
  });

  it('mails the newest of several open registrations', async () => {
    const fixture = await serviceFixture();
    await fixture.register(registrationRequest(fixture, { name: 'Eve', password: 'Another password 9' }));
    fixture.clock.advance(1);
    await fixture.register(registrationRequest(fixture, { name: 'Ada' }));
    fixture.clock.advance(1);

    await resend(fixture);

    await verify(fixture, await newestLinkTo(fixture), PASSWORD);
    expect(await findUser(fixture)).toMatchObject({ name: 'Ada' });
  });

  it('mails an account that is not verified', async () => {
    const fixture = await serviceFixture();
    const user = await addUser(fixture, { emailVerified: false });

    await resend(fixture);

    await verify(fixture, await newestLinkTo(fixture));
    expect(await findUser(fixture)).toMatchObject({ id: user.id, emailVerified: true });
  });

  it.each([
    [
      'registration',
      async (fixture: ServiceFixture) => void (await fixture.register(registrationRequest(fixture))),
    ],
    ['user', async (fixture: ServiceFixture) => void (await addUser(fixture, { emailVerified: false }))],
  ])('tells of a request that found a %s', async (type, arrange) => {
    const fixture = await serviceFixture();
    await arrange(fixture);

    await resend(fixture);

    expect(lastEvent(fixture)).toMatchObject({
      type: 'email.verification_requested',
      outcome: 'success',
      actor: { type: 'anonymous', id: null },
      target: { type, id: expect.any(String) },
      addresses: { email: 'ada@example.com' },
    });
  });

  // Rule 11: what takes longer tells.
  it('asks the store the very same of every address', async () => {
    const { around, take } = callLog();
    const fixture = await serviceFixture({ around });
    await addUser(fixture, { email: email('verified@example.com') });
    await addUser(fixture, { email: email('waiting@example.com'), emailVerified: false });
    await fixture.register(registrationRequest(fixture, { email: email('open@example.com') }));
    take();

    const calls: (readonly string[])[] = [];
    for (const address of ['verified', 'waiting', 'open', 'unknown']) {
      await fixture.resendVerification(fixture.tenant, email(`${address}@example.com`), CONTEXT);
      calls.push(take());
    }

    expect(calls).toEqual(Array(4).fill(calls[0]));
    expect(calls[0]).toContain('outbox.add');
  });

  // Rule 11: the same answer for every address.
  it.each([
    ['is unknown', async () => undefined],
    ['has a verified account', addUser],
    [
      'has a suspended account',
      async (fixture: ServiceFixture) => {
        const user = await addUser(fixture, { emailVerified: false });
        await fixture.store.tamper.setUserStatus(fixture.tenant.id, user.id, 'suspended');
      },
    ],
    [
      'had a registration that expired',
      async (fixture: ServiceFixture) => {
        await fixture.register(registrationRequest(fixture));
        await fixture.deliverMails();
        fixture.clock.advance(VERIFICATION_SECONDS);
      },
    ],
  ] as readonly (readonly [
    string,
    (fixture: ServiceFixture) => Promise<unknown>,
  ])[])('does nothing for an address that %s, and says nothing of it', async (_what, arrange) => {
    const fixture = await serviceFixture();
    await arrange(fixture);
    const before = (await mailsTo(fixture)).length;

    expect(await resend(fixture)).toBeUndefined();

    expect(await mailsTo(fixture)).toHaveLength(before);
    expect(lastEvent(fixture)).toMatchObject({ type: 'email.verification_requested', outcome: 'failure' });
  });
});
