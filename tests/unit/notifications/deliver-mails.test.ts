import { describe, expect, it } from 'vitest';
import { createDeliverMails, type MailTransport } from '../../../core/notifications/index.ts';
import { email } from '../../support/parsed.ts';
import { ISSUER, type ServiceFixture, serviceFixture } from '../../support/service-fixture.ts';

async function queue({ store, tenant }: ServiceFixture, ...addresses: readonly string[]): Promise<void> {
  await store.unitOfWork.run(tenant.id, async ({ outbox }) => {
    for (const address of addresses) {
      await outbox.add({
        ...{
          template: 'verify_email',
          to: email(address),
          facts: {},
          token: 'a-secret',
          lifetimeSeconds: 86_400,
        },
      });
    }
  });
}

/** Delivery over a transport that refuses some recipients, and what was noted of them. */
function deliveryRefusing({ store }: ServiceFixture, refused: (to: string) => boolean) {
  const noted: unknown[][] = [];
  const transport: MailTransport = {
    async send(mail) {
      if (refused(mail.to)) throw new TypeError(`no such mailbox: ${mail.to}`);
      await store.devTransport.send(mail);
    },
  };
  const onFailure = (...facts: unknown[]) => noted.push(facts);
  const deliver = createDeliverMails({ queue: store.mailQueue, transport, publicUrl: ISSUER, onFailure });
  return { deliver, noted };
}

describe('deliverMails', () => {
  it('sends what is due, once, and says how many there were', async () => {
    const fixture = await serviceFixture();
    await queue(fixture, 'ada@example.com', 'grace@example.com');

    const counts = [await fixture.deliverMails(), await fixture.deliverMails()];

    expect(counts).toEqual([2, 0]);
    expect(await fixture.store.devMailbox.list({ to: null, limit: 10 })).toHaveLength(2);
    fixture.clock.advance(3600);
    expect(await fixture.deliverMails()).toBe(0);
  });

  it('lets a mail that cannot be sent hold up no other, and sends it later', async () => {
    const fixture = await serviceFixture();
    let isAway = true;
    const { deliver, noted } = deliveryRefusing(fixture, (to) => isAway && to === 'ada@example.com');
    await queue(fixture, 'ada@example.com', 'grace@example.com');

    await deliver();
    const atFirst = await fixture.store.devMailbox.list({ to: null, limit: 10 });
    isAway = false;
    fixture.clock.advance(3600);
    await deliver();

    expect(atFirst.map(({ to }) => to)).toEqual(['grace@example.com']);
    expect(noted).toEqual([[expect.any(String), expect.any(TypeError)]]);
    const [mail] = await fixture.store.devMailbox.list({ to: 'ada@example.com', limit: 10 });
    expect(mail?.token).toBe('a-secret');
  });
});
