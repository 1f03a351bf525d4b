import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { MailTransport, OutgoingMail } from '../../core/notifications/index.ts';
import { email } from '../support/parsed.ts';
import { idAt } from './samples.ts';

/** A mail as the other side has it. */
export type DeliveredMail = Readonly<{ id: string; to: string; subject: string; text: string; html: string }>;

export type TransportHarness = Readonly<{
  transport: MailTransport;
  /** The tenant whose mails these are. */
  tenantId: TenantId;
  /** What is on the other side, in the order in which it came. */
  delivered(): Promise<readonly DeliveredMail[]>;
}>;

/** What every transport of mails does. */
export function mailTransportContract(makeHarness: () => Promise<TransportHarness>): void {
  describe('MailTransport', () => {
    it('has handed the mail over when it resolves, whole and to the address alone', async () => {
      const { transport, tenantId, delivered } = await makeHarness();

      await transport.send(outgoingMail(tenantId));

      const { id, to, subject, text, html } = outgoingMail(tenantId);
      expect(await delivered()).toEqual([{ id, to, subject, text, html }]);
    });

    // After a crash between sending and noting it, the worker sends again.
    it('hands a mail that is sent twice over under the same id', async () => {
      const { transport, tenantId, delivered } = await makeHarness();

      await transport.send(outgoingMail(tenantId));
      await transport.send(outgoingMail(tenantId));

      const ids = (await delivered()).map(({ id }) => id);
      expect(new Set(ids)).toEqual(new Set([outgoingMail(tenantId).id]));
    });

    it.each([
      ['letters of all scripts', 'Žluťoučký kůň 馬 🐎 — “quoted”'],
      ['a line longer than a line of SMTP may be', 'word '.repeat(400).trim()],
      ['lines that begin with a dot', '.\r\n..\n.hidden'],
      ['trailing blanks', 'a line  \nanother\t\nthe last'],
    ])('keeps %s', async (_, words) => {
      const { transport, tenantId, delivered } = await makeHarness();
      const text = `${words}\n`;
      const html = `<p>${words}</p>\n`;

      await transport.send({ ...outgoingMail(tenantId), text, html });

      const [mail] = await delivered();
      expect([mail?.text, mail?.html].map((part) => part?.replaceAll('\r\n', '\n'))).toEqual(
        [text, html].map((part) => part.replaceAll('\r\n', '\n')),
      );
    });

    it('sends many at once, each to its own recipient', async () => {
      const { transport, tenantId, delivered } = await makeHarness();
      const mails = Array.from({ length: 8 }, (_, index) => ({
        ...outgoingMail(tenantId),
        id: idAt(index),
        to: email(`person-${index}@example.com`),
      }));

      await Promise.all(mails.map((mail) => transport.send(mail)));

      const pairs = (await delivered()).map(({ id, to }) => [id, to]);
      expect(pairs.toSorted()).toEqual(mails.map(({ id, to }) => [id, to]).toSorted());
    });
  });
}

/** A mail with nothing optional about it. */
export function outgoingMail(tenantId: TenantId, change: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    id: idAt(1),
    tenantId,
    tenantName: 'Acme',
    to: email('ada@example.com'),
    template: 'verify_email',
    subject: 'Confirm your e-mail address for Acme',
    text: 'Hello,\n\nhttp://localhost:8080/verify-email#token=t\n',
    html: '<p>Hello</p>\n',
    links: ['http://localhost:8080/verify-email#token=t'],
    token: 't',
    createdAt: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
    ...change,
  };
}
