import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { OutgoingMail } from '../../core/notifications/index.ts';
import { email } from '../support/parsed.ts';
import type { MakeHarness } from './harness.ts';
import { idAt } from './samples.ts';

/** What every development mailbox does, and the transport that fills it. */
export function devMailboxContract(makeHarness: MakeHarness): void {
  describe('DevMailbox', () => {
    it('keeps a mail whole', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const { tenantName, ...mail } = newMail(tenant.id, 1);

      await harness.devTransport.send({ ...mail, tenantName });

      expect(await harness.devMailbox.list({ to: null, limit: 10 })).toEqual([mail]);
    });

    it('lists the mails of all tenants, the newest first, as many as asked for', async () => {
      const harness = await makeHarness();
      const [here, there] = [await harness.makeTenant(), await harness.makeTenant()];
      const mails = [newMail(here.id, 1), newMail(there.id, 2), newMail(here.id, 3)];
      for (const mail of mails) await harness.devTransport.send(mail);

      const [all, newest] = [
        await harness.devMailbox.list({ to: null, limit: 10 }),
        await harness.devMailbox.list({ to: null, limit: 2 }),
      ];

      expect(all.map(({ id }) => id)).toEqual([idAt(3), idAt(2), idAt(1)]);
      expect(newest.map(({ id }) => id)).toEqual([idAt(3), idAt(2)]);
    });

    it('lists the mails to exactly one address', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      await harness.devTransport.send(newMail(tenant.id, 1, { to: email('ada@example.com') }));
      await harness.devTransport.send(newMail(tenant.id, 2, { to: email('ada@example.com.au') }));

      const found = await harness.devMailbox.list({ to: 'ada@example.com', limit: 10 });

      expect(found.map(({ id }) => id)).toEqual([idAt(1)]);
    });

    // After a crash between sending and noting it, the worker sends again under the same id.
    it('keeps a mail that was sent twice once', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();

      await harness.devTransport.send(newMail(tenant.id, 1));
      await harness.devTransport.send(newMail(tenant.id, 1));

      expect(await harness.devMailbox.list({ to: null, limit: 10 })).toHaveLength(1);
    });
  });
}

function newMail(tenantId: TenantId, number: number, change: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    id: idAt(number),
    tenantId,
    tenantName: 'Acme',
    to: email('ada@example.com'),
    template: 'verify_email',
    subject: 'Confirm your address',
    text: 'Hello',
    html: '<p>Hello</p>',
    links: ['http://localhost:8080/verify-email#token=t'],
    token: 't',
    createdAt: new Date(Date.UTC(2026, 0, number)),
    ...change,
  };
}
