import { describe, expect, it } from 'vitest';
import type { NewMail } from '../../core/notifications/index.ts';
import { email } from '../support/parsed.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { claimOne, queueMails } from './mails.ts';

const CAP = 20;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** How many mails every outbox hands out to one recipient (rule 24). */
export function mailCapContract(makeHarness: MakeHarness): void {
  async function withMails(count: number, change: Partial<NewMail> = {}) {
    const harness = await makeHarness();
    const tenant = await harness.makeTenant();
    const add = (more: number, other: Partial<NewMail> = {}) =>
      queueMails(harness, tenant.id, mails(more, { ...change, ...other }));
    await add(count);
    return { harness, tenant, add };
  }

  describe('mails on request', () => {
    it('are sent to one recipient up to the cap, and suppressed beyond it', async () => {
      const { harness } = await withMails(CAP + 3);

      const sent = await sendAll(harness);

      expect(sent).toEqual(tokens(0, CAP));
      expect(await harness.mailQueue.backlog()).toMatchObject({ waiting: 0, suppressed: 3 });
      const suppressed = await harness.mailJournal.list({ status: 'suppressed', limit: 100 });
      expect(suppressed).toHaveLength(3);
      expect(suppressed[0]).toMatchObject({ attempts: 0, dueAt: null });
    });

    it('count over all templates that anybody can have sent', async () => {
      const { harness, add } = await withMails(CAP - 1, { template: 'verify_email' });
      await add(2, { template: 'already_registered' });

      expect(await sendAll(harness)).toHaveLength(CAP);
    });

    it('are sent again when an hour has gone by, and not before', async () => {
      const { harness, add } = await withMails(CAP, { lifetimeSeconds: DAY_SECONDS });
      await sendAll(harness);
      await harness.passTime(HOUR_SECONDS - 2 * harness.marginSeconds);
      await add(1);
      const within = await sendAll(harness);
      await harness.passTime(2 * harness.marginSeconds);
      await add(1);

      expect([within, await sendAll(harness)]).toEqual([[], ['token 0']]);
    });

    // Or a queue that builds up while SMTP is away would be let go on the recipient all at once.
    it('count while they wait, for however long', async () => {
      const { harness, add } = await withMails(CAP - 1, { lifetimeSeconds: 10 * DAY_SECONDS });
      await harness.mailQueue.putBack(await claimOne(harness), 'ECONNECTION', DAY_SECONDS);
      await harness.passTime(5 * HOUR_SECONDS);
      await add(2);

      await sendAll(harness);

      expect(await harness.mailQueue.backlog()).toMatchObject({ waiting: 0, suppressed: 1 });
    });

    it('that were refused for good count as sent', async () => {
      const { harness, add } = await withMails(CAP);
      for (let count = 0; count < CAP; count += 1) {
        await harness.mailQueue.bury(await claimOne(harness), 'EENVELOPE 550');
      }
      await add(1);

      expect(await sendAll(harness)).toEqual([]);
    });

    // Written for nobody, so that an unknown address costs what a known one does (rule 11).
    it('that were never to be sent count for nothing', async () => {
      const { harness, add } = await withMails(150, { lifetimeSeconds: 0 });
      await add(1, { lifetimeSeconds: HOUR_SECONDS });

      expect(await sendAll(harness)).toEqual(['token 0']);
    });

    it('are capped for each recipient and each tenant alone', async () => {
      const { harness } = await withMails(CAP);
      const other = await harness.makeTenant();
      await queueMails(harness, other.id, mails(1));
      await queueMails(harness, other.id, mails(1, { to: email('grace@example.com') }));

      expect(await sendAll(harness)).toHaveLength(CAP + 2);
    });

    it('bring no older mail forward once they are too many', async () => {
      const { harness, add } = await withMails(CAP, { lifetimeSeconds: DAY_SECONDS });
      await harness.mailQueue.putBack(await claimOne(harness), 'ECONNECTION', HOUR_SECONDS);
      await add(3);

      expect(await harness.mailQueue.claim(10)).toEqual([]);
      expect(await harness.mailQueue.backlog()).toMatchObject({ waiting: CAP, suppressed: 3 });
    });

    it('do not lose their turn once they were tried', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const change = { lifetimeSeconds: DAY_SECONDS, template: 'already_registered' } as const;
      await queueMails(harness, tenant.id, mails(1, change));
      const given = await claimOne(harness);
      await harness.mailQueue.bury(given, 'EENVELOPE 550');
      await harness.passTime(2 * HOUR_SECONDS);
      await queueMails(harness, tenant.id, mails(CAP - 1, change));
      await sendAll(harness);
      await queueMails(harness, tenant.id, [{ ...change, token: 'the last' }]);
      await harness.mailQueue.putBack(await claimOne(harness), 'ECONNECTION', 0);

      await harness.mailJournal.makeDue(given.id, 'dead');

      expect(await sendAll(harness)).toEqual([null, 'the last']);
    });

    it('are never one too many, however many of others are in front', async () => {
      const { harness, add } = await withMails(CAP);
      await sendAll(harness);
      for (let person = 0; person < 6; person += 1)
        await add(CAP, { to: email(`person-${person}@example.com`) });
      for (let under = 0; under < 6; under += (await harness.mailQueue.claim(6)).length);
      await add(1);

      const claimed = await harness.mailQueue.claim(10);

      expect(claimed).toEqual([]);
    });

    it('that are suppressed are shown in the development mailbox, their secret erased', async () => {
      const { harness } = await withMails(CAP + 1);
      await sendAll(harness);

      const unshown = await harness.mailQueue.listUnshown(100);

      expect(unshown.map(({ token }) => token)).toEqual([null]);
    });
  });

  describe('mails that tell of sign-ins', () => {
    it('are capped together, and apart from those on request: no flood of the one suppresses the other', async () => {
      const { harness, add } = await withMails(CAP + 1, { template: 'verify_email' });
      await add(CAP - 1, { template: 'new_device_sign_in' });
      await add(2, { template: 'suspicious_activity' });

      expect(await sendAll(harness)).toHaveLength(2 * CAP);
      expect(await harness.mailQueue.backlog()).toMatchObject({ waiting: 0, suppressed: 2 });
    });
  });

  describe('mails that tell of theft', () => {
    // A flood must not be able to keep a notice from its recipient, nor one notice another.
    it('are capped apart from all others, which suppress none of them', async () => {
      const { harness, add } = await withMails(CAP);
      await add(CAP, { template: 'new_device_sign_in' });
      await add(CAP + 2, { template: 'session_theft' });
      await add(1, { template: 'suspicious_activity' });

      expect(await sendAll(harness)).toHaveLength(3 * CAP);
      expect(await harness.mailQueue.backlog()).toMatchObject({ waiting: 0, suppressed: 3 });
    });

    it('leave to those that tell of sign-ins what is theirs', async () => {
      const { harness, add } = await withMails(CAP + 1, { template: 'session_theft' });
      await add(CAP, { template: 'suspicious_activity' });

      expect(await sendAll(harness)).toHaveLength(2 * CAP);
      expect(await harness.mailQueue.backlog()).toMatchObject({ waiting: 0, suppressed: 1 });
    });
  });

  it('caps no invitation, which nobody can have sent as they like', async () => {
    const { harness, add } = await withMails(CAP);
    await add(CAP + 5, { template: 'invitation' });

    expect(await sendAll(harness)).toHaveLength(2 * CAP + 5);
  });
}

function mails(count: number, change: Partial<NewMail> = {}): Partial<NewMail>[] {
  return tokens(0, count).map((token) => ({ token, ...change }));
}

function tokens(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `token ${from + index}`);
}

/** Sends whatever is due, one after the other, and answers with the tokens of what was sent. */
async function sendAll({ mailQueue }: StoreHarness): Promise<readonly (string | null)[]> {
  const sent: (string | null)[] = [];
  for (let due = await mailQueue.claim(10); due.length > 0; due = await mailQueue.claim(10)) {
    for (const mail of due) {
      sent.push(mail.token);
      await mailQueue.finish(mail);
    }
  }
  return sent;
}
