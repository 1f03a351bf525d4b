import { describe, expect, it } from 'vitest';
import type { NewMail, PendingMail } from '../../core/notifications/index.ts';
import { email } from '../support/parsed.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
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
          attempts: 0,
          createdAt: expect.any(Date),
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
        await outbox.add(newMail());
        await outbox.add(newMail());
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
      await harness.unitOfWork.run(tenant.id, async ({ outbox }) => {
        for (let count = 0; count < 40; count += 1) await outbox.add(newMail());
      });

      const claims = await race(() => harness.mailQueue.claim(5));
      const rest = await harness.mailQueue.claim(40);

      const ids = [...claims.flat(), ...rest].map(({ id }) => id);
      expect(ids).toHaveLength(40);
      expect(new Set(ids).size).toBe(40);
      expect(Math.max(...claims.map((mails) => mails.length))).toBe(5);
    });

    it('hands a claimed mail out again when it was neither finished nor failed within the minute', async () => {
      const { harness } = await withMail();
      const first = await claimOne(harness);

      await harness.passTime(60 - harness.marginSeconds);
      const early = await harness.mailQueue.claim(10);
      await harness.passTime(harness.marginSeconds);
      const late = await claimOne(harness);

      expect(early).toEqual([]);
      expect(late.id).toBe(first.id);
      expect(late.token).toBe(first.token);
    });

    it('never hands out a finished mail again', async () => {
      const { harness } = await withMail({ lifetimeSeconds: YEAR_SECONDS });
      await harness.mailQueue.finish(await claimOne(harness));

      await harness.passTime(DAY_SECONDS);

      expect(await harness.mailQueue.claim(10)).toEqual([]);
    });

    it('backs off after a failure, and hands the mail out later with its secret', async () => {
      const { harness } = await withMail({ lifetimeSeconds: YEAR_SECONDS });
      const first = await claimOne(harness);
      await harness.mailQueue.fail(first, 'SmtpAway');

      const atOnce = await harness.mailQueue.claim(10);
      await harness.passTime(DAY_SECONDS);
      const later = await claimOne(harness);

      expect(atOnce).toEqual([]);
      expect(later).toMatchObject({ id: first.id, token: first.token, attempts: 1 });
    });

    it('gives a mail up in the end', async () => {
      const { harness } = await withMail({ lifetimeSeconds: 10 * YEAR_SECONDS });
      let attempts = 0;
      for (let [mail] = await harness.mailQueue.claim(1); mail && attempts < 50; attempts += 1) {
        await harness.mailQueue.fail(mail, 'SmtpAway');
        await harness.passTime(DAY_SECONDS);
        [mail] = await harness.mailQueue.claim(1);
      }

      expect(attempts).toBeGreaterThan(2);
      expect(attempts).toBeLessThan(50);
      await harness.passTime(YEAR_SECONDS);
      expect(await harness.mailQueue.claim(1)).toEqual([]);
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
  });
}

async function claimOne({ mailQueue }: StoreHarness): Promise<PendingMail> {
  const [mail, ...more] = await mailQueue.claim(10);
  if (!mail || more.length > 0)
    throw new Error(`A test wanted one mail and claimed ${mail ? 1 + more.length : 0}`);
  return mail;
}
