import { describe, expect, it } from 'vitest';
import { email } from '../../support/parsed.ts';
import { mailsTo, readLink } from '../../support/requests.ts';
import { addUser, serviceFixture } from '../../support/service-fixture.ts';

const ADA = email('ada@example.com');

describe('invite.firstOwner', () => {
  it('answers a link for a day, mails it to nobody, and tells of it', async () => {
    const fixture = await serviceFixture();

    const text = await fixture.invite.firstOwner(fixture.tenant);

    const link = readLink(fixture, text ?? '');
    expect(link).toMatchObject({ kind: 'first_owner', tenantId: fixture.tenant.id });
    expect(await fixture.deliverMails()).toBe(0);
    expect(fixture.store.auditOf(fixture.tenant.id)).toEqual([
      expect.objectContaining({
        type: 'invitation.created',
        actor: { type: 'system', id: null },
        data: { roles: ['owner'] },
        addresses: {},
      }),
    ]);
    const find = () =>
      fixture.store.unitOfWork.run(fixture.tenant.id, async ({ oneTimeTokens }) => {
        return (await oneTimeTokens.find('first_owner', link.hash))?.state;
      });
    fixture.clock.advance(86_400 - 1);
    expect(await find()).toBe('live');
    fixture.clock.advance(1);
    expect(await find()).toBe('expired');
  });

  it('answers none once the tenant has an owner', async () => {
    const fixture = await serviceFixture();
    await addUser(fixture, { roles: ['owner'] });

    expect(await fixture.invite.firstOwner(fixture.tenant)).toBeNull();
    expect(fixture.store.auditOf(fixture.tenant.id)).toEqual([]);
  });

  it('answers one again when the only owner is not active any more', async () => {
    const fixture = await serviceFixture();
    const owner = await addUser(fixture, { roles: ['owner'] });
    await fixture.store.tamper.setUserStatus(fixture.tenant.id, owner.id, 'deleted');

    expect(await fixture.invite.firstOwner(fixture.tenant)).not.toBeNull();
  });
});

describe('invite.byOperator', () => {
  it('answers the very link that it mails, good for a week, and tells of it', async () => {
    const fixture = await serviceFixture();

    const text = await fixture.invite.byOperator(fixture.tenant, ADA, 'admin');

    const [mail] = await mailsTo(fixture);
    expect(mail).toMatchObject({ template: 'invitation', token: text });
    expect(mail?.text).toContain('as admin');
    expect(readLink(fixture, text)).toMatchObject({ kind: 'invitation', tenantId: fixture.tenant.id });
    expect(fixture.store.auditOf(fixture.tenant.id)).toEqual([
      expect.objectContaining({
        type: 'invitation.created',
        actor: { type: 'operator', id: null },
        data: { roles: ['admin'] },
        addresses: { email: 'ada@example.com' },
      }),
    ]);
  });
});
