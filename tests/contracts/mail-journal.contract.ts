import { describe, expect, it } from 'vitest';
import type { MailStatus } from '../../core/notifications/index.ts';
import { email } from '../support/parsed.ts';
import type { MakeHarness } from './harness.ts';
import { claimOne, queueMails } from './mails.ts';
import { idAt } from './samples.ts';

const HOUR_SECONDS = 3600;

/** What every journal of mails tells, and what it changes. */
export function mailJournalContract(makeHarness: MakeHarness): void {
  /** One mail in each of three states. */
  async function withHistory() {
    const harness = await makeHarness();
    const tenant = await harness.makeTenant();
    await queueMails(harness, tenant.id, [{ to: email('first@example.com') }]);
    await harness.mailQueue.finish(await claimOne(harness));
    await queueMails(harness, tenant.id, [{ to: email('second@example.com'), template: 'invitation' }]);
    await harness.mailQueue.bury(await claimOne(harness), 'EENVELOPE 550 5.1.1');
    const other = await harness.makeTenant();
    await queueMails(harness, other.id, [{ to: email('third@example.com') }]);
    return { harness, tenant, other };
  }

  describe('MailJournal', () => {
    it('lists the mails of all tenants, the newest first, and nothing of what they say', async () => {
      const { harness, tenant, other } = await withHistory();

      const mails = await harness.mailJournal.list({ status: null, limit: 10 });

      const common = { id: expect.any(String), createdAt: expect.any(Date), isExpired: false };
      expect(mails).toEqual([
        {
          ...{ ...common, tenantId: other.id, to: 'third@example.com', template: 'verify_email' },
          ...{ status: 'waiting', attempts: 0, dueAt: expect.any(Date), lastError: null },
        },
        {
          ...{ ...common, tenantId: tenant.id, to: 'second@example.com', template: 'invitation' },
          ...{ status: 'dead', attempts: 1, dueAt: null, lastError: 'EENVELOPE 550 5.1.1' },
        },
        {
          ...{ ...common, tenantId: tenant.id, to: 'first@example.com', template: 'verify_email' },
          ...{ status: 'sent', attempts: 1, dueAt: null, lastError: null },
        },
      ]);
    });

    it.each([
      ['waiting', ['third@example.com']],
      ['dead', ['second@example.com']],
      ['sent', ['first@example.com']],
      ['expired', []],
      ['suppressed', []],
    ] satisfies [MailStatus, string[]][])('lists those that are %s', async (status, expected) => {
      const { harness } = await withHistory();

      const mails = await harness.mailJournal.list({ status, limit: 10 });

      expect(mails.map(({ to }) => to)).toEqual(expected);
    });

    it('lists as many as asked for', async () => {
      const { harness } = await withHistory();

      const mails = await harness.mailJournal.list({ status: null, limit: 2 });

      expect(mails.map(({ to }) => to)).toEqual(['third@example.com', 'second@example.com']);
    });

    it('finds a mail by its id, and none where there is none', async () => {
      const { harness } = await withHistory();
      const [newest] = await harness.mailJournal.list({ status: null, limit: 1 });

      const found = [
        await harness.mailJournal.find(newest?.id ?? ''),
        await harness.mailJournal.find(idAt(1)),
        await harness.mailJournal.find('not an id'),
      ];

      expect(found).toEqual([newest, null, null]);
    });

    it('makes a mail that waits for later due at once', async () => {
      const { harness } = await withHistory();
      const mail = await claimOne(harness);
      await harness.mailQueue.putBack(mail, 'ECONNECTION', HOUR_SECONDS / 2);

      const isDue = await harness.mailJournal.makeDue(mail.id, 'waiting');

      expect(isDue).toBe(true);
      expect(await claimOne(harness)).toMatchObject({ id: mail.id, attempts: 1 });
    });

    it('takes a mail from nobody who is just sending it', async () => {
      const { harness } = await withHistory();
      const mail = await claimOne(harness);

      await harness.mailJournal.makeDue(mail.id, 'waiting');

      expect(await harness.mailQueue.claim(10)).toEqual([]);
    });

    it('lets a mail that was given up begin anew', async () => {
      const { harness } = await withHistory();
      await harness.mailQueue.finish(await claimOne(harness));
      const [dead] = await harness.mailJournal.list({ status: 'dead', limit: 1 });

      const isDue = await harness.mailJournal.makeDue(dead?.id ?? '', 'dead');

      expect(isDue).toBe(true);
      expect(await claimOne(harness)).toMatchObject({ id: dead?.id, attempts: 0, token: null });
    });

    it('changes nothing that is not as it was said to be', async () => {
      const { harness } = await withHistory();
      const before = await harness.mailJournal.list({ status: null, limit: 10 });

      const answers = await Promise.all(
        before.flatMap(({ id, status }) =>
          (['waiting', 'dead'] as const)
            .filter((from) => from !== status)
            .map((from) => harness.mailJournal.makeDue(id, from)),
        ),
      );

      expect(answers).toEqual([false, false, false, false]);
      expect(await harness.mailJournal.list({ status: null, limit: 10 })).toEqual(before);
    });

    it('makes nothing due that is worth nothing any more', async () => {
      const { harness } = await withHistory();
      await harness.passTime(HOUR_SECONDS);
      const mails = await harness.mailJournal.list({ status: null, limit: 10 });

      const answers = [
        await harness.mailJournal.makeDue(mails[0]?.id ?? '', 'waiting'),
        await harness.mailJournal.makeDue(mails[1]?.id ?? '', 'dead'),
      ];

      expect(mails.map(({ isExpired }) => isExpired)).toEqual([true, true, true]);
      expect(answers).toEqual([false, false]);
    });
  });
}
