import { describe, expect, it } from 'vitest';
import type { NewMail } from '../../core/notifications/index.ts';
import { renderMail } from '../../core/notifications/templates/index.ts';
import { email } from '../support/parsed.ts';
import type { MakeHarness } from './harness.ts';
import { claimOne, queueMails } from './mails.ts';
import { newMail, race } from './samples.ts';

const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 365 * DAY_SECONDS;

/** What every outbox does, on the side that writes and on the worker's. */
export function mailQueueContract(makeHarness: MakeHarness): void {
  /** One mail in the outbox of a fresh tenant. */
  async function withMail(change: Partial<NewMail> = {}) {
    const harness = await makeHarness();
    const tenant = await harness.makeTenant();
    await harness.unitOfWork.run(tenant.id, ({ outbox }) => outbox.add(newMail(change)));
    return { harness, tenant };
  }

  describe('Outbox and MailQueue', () => {
    it('hands out a mail with its tenant and its secret, opened', async () => {
      const facts = { valid_hours: '24' };
      const { harness, tenant } = await withMail({ facts, token: 'a secret' });

      const claimed = await harness.mailQueue.claim(10);

      expect(claimed).toEqual([
        {
          id: expect.any(String),
          tenantId: tenant.id,
          tenantName: tenant.name,
          template: 'verify_email',
          to: email('ada@example.com'),
          facts,
          token: 'a secret',
          createdAt: expect.any(Date),
          attempts: 0,
          ageSeconds: expect.any(Number),
          sendWithinSeconds: expect.any(Number),
        },
      ]);
    });

    it('hands out a mail without a secret', async () => {
      const { harness } = await withMail({ template: 'already_registered', token: null });

      expect(await claimOne(harness)).toMatchObject({ template: 'already_registered', token: null });
    });

    it('hands out the mails of all tenants, as many as asked for', async () => {
      const { harness, tenant } = await withMail();
      const other = await harness.makeTenant();
      await harness.unitOfWork.run(other.id, async ({ outbox }) => {
        await outbox.add(newMail({ to: email('grace@example.com') }));
        await outbox.add(newMail({ to: email('edsger@example.com') }));
      });

      const claims = [await harness.mailQueue.claim(2), await harness.mailQueue.claim(2)];

      expect(claims.map((mails) => mails.length)).toEqual([2, 1]);
      const tenantIds = claims.flat().map(({ tenantId }) => tenantId);
      expect(tenantIds.sort()).toEqual([tenant.id, other.id, other.id].sort());
    });

    it('hands out no mail of work that rejected', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const attempt = harness.unitOfWork.run(tenant.id, async ({ outbox }) => {
        await outbox.add(newMail());
        throw new Error('changed my mind');
      });
      await expect(attempt).rejects.toThrow('changed my mind');

      expect(await harness.mailQueue.claim(10)).toEqual([]);
    });

    it('hands each mail to one of many concurrent claimers', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const people = Array.from({ length: 40 }, (_, index) => ({ to: email(`person-${index}@example.com`) }));
      await queueMails(harness, tenant.id, people);

      const claims = await race(() => harness.mailQueue.claim(5));
      const rest = await harness.mailQueue.claim(40);

      const ids = [...claims.flat(), ...rest].map(({ id }) => id);
      expect(ids).toHaveLength(40);
      expect(new Set(ids).size).toBe(40);
      expect(Math.max(...claims.map((mails) => mails.length))).toBe(5);
    });

    it('hands a claimed mail out again when it was not settled within the minute', async () => {
      const { harness } = await withMail();
      const first = await claimOne(harness);

      await harness.passTime(60 - harness.marginSeconds);
      const early = await harness.mailQueue.claim(10);
      await harness.passTime(harness.marginSeconds);
      const late = await claimOne(harness);

      expect(early).toEqual([]);
      expect(late).toMatchObject({ id: first.id, token: first.token, attempts: 1 });
    });

    it('tells how old a mail is, and how long it may still be sent', async () => {
      const { harness } = await withMail({ lifetimeSeconds: 1000 });

      const young = await claimOne(harness);
      await harness.passTime(985);
      const old = await claimOne(harness);

      expect(young.ageSeconds).toBeLessThan(5);
      // Half of the claim: what is left of it is enough to end what was begun.
      expect(young.sendWithinSeconds).toBe(30);
      expect(old.ageSeconds).toBeGreaterThanOrEqual(985);
      expect(old.sendWithinSeconds).toBeGreaterThan(0);
      expect(old.sendWithinSeconds).toBeLessThanOrEqual(15);
    });

    it('never hands out a finished mail again', async () => {
      const { harness } = await withMail({ lifetimeSeconds: YEAR_SECONDS });
      await harness.mailQueue.finish(await claimOne(harness));

      await harness.passTime(DAY_SECONDS);

      expect(await harness.mailQueue.claim(10)).toEqual([]);
    });

    it('hands out a mail that was put back when its time has come, with its secret', async () => {
      const { harness } = await withMail({ lifetimeSeconds: YEAR_SECONDS });
      const first = await claimOne(harness);
      await harness.mailQueue.putBack(first, 'ECONNECTION', 600);

      await harness.passTime(600 - harness.marginSeconds);
      const early = await harness.mailQueue.claim(10);
      await harness.passTime(harness.marginSeconds);
      const later = await claimOne(harness);

      expect(early).toEqual([]);
      expect(later).toMatchObject({ id: first.id, token: first.token, attempts: 1 });
    });

    it('never hands out a mail that was given up', async () => {
      const { harness } = await withMail({ lifetimeSeconds: 10 * YEAR_SECONDS });
      await harness.mailQueue.bury(await claimOne(harness), 'EENVELOPE 550');

      await harness.passTime(YEAR_SECONDS);

      expect(await harness.mailQueue.claim(1)).toEqual([]);
    });

    // A worker that was asleep wakes up, and its mail is another's by now.
    it('lets whoever lost a claim neither put back nor give up what another has claimed', async () => {
      const { harness } = await withMail();
      const lost = await claimOne(harness);
      await harness.passTime(61);
      const held = await claimOne(harness);

      await harness.mailQueue.putBack(lost, 'ECONNECTION', 0);
      await harness.mailQueue.bury(lost, 'EENVELOPE 550');
      const meanwhile = await harness.mailQueue.claim(10);
      await harness.mailQueue.putBack(held, 'ECONNECTION', 0);

      expect(meanwhile).toEqual([]);
      expect(await claimOne(harness)).toMatchObject({ id: lost.id, attempts: 2 });
    });

    it('believes whoever says that a mail was sent, even when the claim was lost', async () => {
      const { harness } = await withMail();
      const lost = await claimOne(harness);
      await harness.passTime(61);
      const held = await claimOne(harness);

      await harness.mailQueue.finish(lost);
      await harness.mailQueue.putBack(held, 'ECONNECTION', 0);

      expect(await harness.mailQueue.claim(10)).toEqual([]);
    });

    it.each(['expired', 'dead'])('believes it also when the mail counted as %s meanwhile', async (end) => {
      const { harness } = await withMail({ lifetimeSeconds: end === 'expired' ? 100 : DAY_SECONDS });
      const lost = await claimOne(harness);
      await harness.passTime(100);
      for (const held of await harness.mailQueue.claim(1))
        await harness.mailQueue.bury(held, 'EENVELOPE 550');
      const before = await harness.mailJournal.find(lost.id);

      await harness.mailQueue.finish(lost);

      const after = await harness.mailJournal.find(lost.id);
      expect([before?.status, after?.status]).toEqual([end, 'sent']);
    });

    // Written for nobody, so that an unknown address costs what a known one does (rule 11).
    it('never hands out a mail for no time at all', async () => {
      const { harness } = await withMail({ lifetimeSeconds: 0 });

      expect(await harness.mailQueue.claim(10)).toEqual([]);
    });

    it('hands out a mail until just before it is worth nothing', async () => {
      const { harness } = await withMail({ lifetimeSeconds: 100 });
      await harness.passTime(100 - harness.marginSeconds);

      expect(await harness.mailQueue.claim(10)).toHaveLength(1);
    });

    it('never hands out a mail that is worth nothing any more', async () => {
      const { harness } = await withMail({ lifetimeSeconds: 100 });
      await harness.passTime(100);

      expect(await harness.mailQueue.claim(10)).toEqual([]);
      await harness.passTime(DAY_SECONDS);
      expect(await harness.mailQueue.claim(10)).toEqual([]);
    });

    // Sent at the last moment: that is what is to be noted then, and nothing may overtake it meanwhile.
    it('leaves a mail that expires while it is under way to whoever has it', async () => {
      const { harness, tenant } = await withMail({ lifetimeSeconds: 30 });
      const mail = await claimOne(harness);
      await queueMails(harness, tenant.id, [{ token: 'the next' }]);
      await harness.passTime(40);

      const others = await harness.mailQueue.claim(10);
      await harness.mailQueue.finish(mail);

      expect(others).toEqual([]);
      expect(await harness.mailJournal.find(mail.id)).toMatchObject({ status: 'sent' });
      expect(await claimOne(harness)).toMatchObject({ token: 'the next' });
    });
  });

  describe('MailQueue for the development mailbox', () => {
    it('lists what the mailbox does not hold, the oldest first, with its secret', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      await queueMails(harness, tenant.id, [{ token: 'first' }, { token: 'second' }, { token: 'third' }]);
      await queueMails(harness, tenant.id, [{ token: 'worthless', lifetimeSeconds: 0 }]);

      const unshown = await harness.mailQueue.listUnshown(2);
      for (const mail of unshown) await harness.devTransport.send(renderMail(mail, 'http://localhost'));
      const rest = await harness.mailQueue.listUnshown(10);

      expect(unshown.map(({ token }) => token)).toEqual(['first', 'second']);
      expect(unshown[0]).toMatchObject({ tenantId: tenant.id, tenantName: tenant.name });
      expect(rest.map(({ token }) => token)).toEqual(['third']);
    });

    it('lists a mail that could not be sent, and none that was sent, given up or has expired', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const [sent, dead, failed] = [email('a@example.com'), email('b@example.com'), email('c@example.com')];
      await queueMails(harness, tenant.id, [{ to: sent }, { to: dead }, { to: failed }]);
      await queueMails(harness, tenant.id, [{ to: email('d@example.com'), lifetimeSeconds: 0 }]);

      for (const mail of await harness.mailQueue.claim(10)) {
        if (mail.to === sent) await harness.mailQueue.finish(mail);
        else if (mail.to === dead) await harness.mailQueue.bury(mail, 'EENVELOPE 550');
        else await harness.mailQueue.putBack(mail, 'ECONNECTION', 600);
      }

      const unshown = await harness.mailQueue.listUnshown(10);
      expect(unshown.map(({ to }) => to)).toEqual([failed]);
    });
  });

  // They would be forgotten as soon as they were shown, and shown again.
  it('lists nothing for a full mailbox that is older than all in it', async () => {
    const harness = await makeHarness();
    const tenant = await harness.makeTenant();
    await queueMails(harness, tenant.id, [{ token: 'old' }]);
    const [old] = await harness.mailQueue.listUnshown(1);
    const newer = (number: number) => `ffffffff-ffff-7000-8000-${String(number).padStart(12, '0')}`;
    const show = (id: string) =>
      old ? harness.devTransport.send({ ...renderMail(old, 'http://localhost'), id }) : undefined;

    for (let number = 0; number < 999; number += 1) await show(newer(number));
    const almostFull = await harness.mailQueue.listUnshown(10);
    await show(newer(999));

    expect(almostFull.map(({ token }) => token)).toEqual(['old']);
    expect(await harness.mailQueue.listUnshown(10)).toEqual([]);
  });

  describe('the backlog', () => {
    it('is nothing where there are no mails', async () => {
      const { mailQueue } = await makeHarness();

      expect(await mailQueue.backlog()).toEqual({
        waiting: 0,
        dead: 0,
        suppressed: 0,
        oldestWaitingSeconds: 0,
      });
    });

    it('counts what waits and what was given up, and the age of the oldest that waits', async () => {
      const harness = await makeHarness();
      const tenant = await harness.makeTenant();
      const others = ['a', 'b'].map((name) => ({ to: email(`${name}@example.com`) }));
      await queueMails(harness, tenant.id, [{ lifetimeSeconds: YEAR_SECONDS }]);
      await harness.mailQueue.putBack(await claimOne(harness), 'ECONNECTION', DAY_SECONDS);
      await harness.passTime(500);
      await queueMails(harness, tenant.id, others);
      const [dead] = await harness.mailQueue.claim(1);
      if (dead) await harness.mailQueue.bury(dead, 'EENVELOPE 550');

      const backlog = await harness.mailQueue.backlog();

      expect(backlog).toMatchObject({ waiting: 2, dead: 1, suppressed: 0 });
      expect(backlog.oldestWaitingSeconds).toBeGreaterThanOrEqual(500);
      expect(backlog.oldestWaitingSeconds).toBeLessThan(510);
    });

    it('counts nothing that has expired, buried yet or not', async () => {
      const { harness } = await withMail({ lifetimeSeconds: 100 });
      await harness.passTime(100);

      const before = await harness.mailQueue.backlog();
      await harness.mailQueue.claim(1);
      const after = await harness.mailQueue.backlog();

      expect([before, after]).toEqual([
        { waiting: 0, dead: 0, suppressed: 0, oldestWaitingSeconds: 0 },
        { waiting: 0, dead: 0, suppressed: 0, oldestWaitingSeconds: 0 },
      ]);
    });
  });
}
