import { describe, expect, it } from 'vitest';
import type { NewMail, PendingMail } from '../../core/notifications/index.ts';
import { email } from '../support/parsed.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { claimOne, claimTokens, queueMails } from './mails.ts';
import { race } from './samples.ts';

const HOUR_SECONDS = 3600;

/** In which order every outbox hands mails out to one recipient. */
export function mailOrderContract(makeHarness: MakeHarness): void {
  /** Mails to one recipient of a fresh tenant, in this order, each with its own token. */
  async function withMails(...changes: readonly Partial<NewMail>[]) {
    const harness = await makeHarness();
    const tenant = await harness.makeTenant();
    const lifetimeSeconds = 1000 * HOUR_SECONDS;
    await queueMails(
      harness,
      tenant.id,
      changes.map((change) => ({ lifetimeSeconds, ...change })),
    );
    const add = (change: Partial<NewMail>) =>
      queueMails(harness, tenant.id, [{ lifetimeSeconds, ...change }]);
    return { harness, tenant, add };
  }

  describe('mails to one recipient', () => {
    // So that of two links the newer one arrives last.
    it('leave in the order they were queued, those of one transaction too', async () => {
      const tokens = Array.from({ length: 12 }, (_, index) => `token ${index}`);
      const { harness } = await withMails(...tokens.map((token) => ({ token })));

      const order: (string | null)[] = [];
      for (const _ of tokens) {
        const mail = await claimOne(harness);
        order.push(mail.token);
        await harness.mailQueue.finish(mail);
      }

      expect(order).toEqual(tokens);
    });

    it('wait while an older one is under way', async () => {
      const { harness, add } = await withMails({ token: 'older' });
      const older = await claimOne(harness);
      await add({ token: 'newer' });

      const meanwhile = await harness.mailQueue.claim(10);
      await harness.mailQueue.finish(older);

      expect(meanwhile).toEqual([]);
      expect(await claimTokens(harness)).toEqual(['newer']);
    });

    it('are handed to one of many concurrent claimers, one at a time', async () => {
      const tokens = Array.from({ length: 8 }, (_, index) => `token ${index}`);
      const { harness } = await withMails(...tokens.map((token) => ({ token })));

      const rounds: (string | null)[][] = [];
      for (const _ of tokens) {
        const claimed = (await race(() => harness.mailQueue.claim(5))).flat();
        rounds.push(claimed.map(({ token }) => token));
        for (const mail of claimed) await harness.mailQueue.finish(mail);
      }

      expect(rounds).toEqual(tokens.map((token) => [token]));
    });

    it('wait for nobody else: not for another recipient, nor for the same address in another tenant', async () => {
      const { harness } = await withMails({ token: 'slow' });
      await claimOne(harness);
      const other = await harness.makeTenant();
      await queueMails(harness, other.id, [
        { token: 'same address' },
        { token: 'same tenant as it', to: email('grace@example.com') },
      ]);

      expect((await claimTokens(harness)).toSorted()).toEqual(['same address', 'same tenant as it']);
    });

    it('hold up nobody else, however many there are', async () => {
      const { harness } = await withMails(
        ...Array.from({ length: 150 }, () => ({ template: 'invitation' as const })),
      );
      await claimOne(harness);
      const other = await harness.makeTenant();
      await queueMails(harness, other.id, [{ token: 'another' }]);

      expect(await claimTokens(harness)).toEqual(['another']);
    });

    it('wait together when the oldest could not be sent', async () => {
      const { harness } = await withMails({ token: 'older' }, { token: 'newer' });
      await putBack(harness, await claimOne(harness), HOUR_SECONDS);

      const before = await claimTokens(harness);
      await harness.passTime(HOUR_SECONDS);
      const after = await claimTokens(harness);

      expect([before, after]).toEqual([[], ['older']]);
    });

    // Or whoever asks for a new link waits for hours because an old one once failed.
    it('are brought forward by a fresh one: the oldest is tried again at once', async () => {
      const { harness, add } = await withMails({ token: 'older' });
      await putBack(harness, await claimOne(harness), 2 * HOUR_SECONDS);
      await add({ token: 'fresh' });

      const older = await claimOne(harness);
      await harness.mailQueue.finish(older);
      const fresh = await claimOne(harness);

      expect([older.token, fresh.token]).toEqual(['older', 'fresh']);
    });

    it('wait together again when what was brought forward fails once more', async () => {
      const { harness, add } = await withMails({ token: 'older' });
      await putBack(harness, await claimOne(harness), HOUR_SECONDS);
      await add({ token: 'fresh' });
      await putBack(harness, await claimOne(harness), HOUR_SECONDS);

      await harness.passTime(HOUR_SECONDS - harness.marginSeconds);
      const early = await claimTokens(harness);
      await harness.passTime(harness.marginSeconds);

      expect(early).toEqual([]);
      expect(await claimTokens(harness)).toEqual(['older']);
    });

    it.each(['finish', 'bury'] as const)('are due at once after the %s of the one before', async (end) => {
      const { harness } = await withMails({ token: 'older' }, { token: 'newer' });
      const failed = await claimOne(harness);
      await putBack(harness, failed, HOUR_SECONDS);
      await harness.mailJournal.makeDue(failed.id, 'waiting');
      const older = await claimOne(harness);

      if (end === 'finish') await harness.mailQueue.finish(older);
      else await harness.mailQueue.bury(older, 'EENVELOPE 550');

      expect(await claimTokens(harness)).toEqual(['newer']);
    });

    it('do not wait for one that has expired', async () => {
      const { harness } = await withMails({ token: 'short', lifetimeSeconds: 100 }, { token: 'long' });
      await putBack(harness, await claimOne(harness), 200);

      await harness.passTime(200);

      expect(await claimTokens(harness)).toEqual(['long']);
    });

    it('are tried again from the oldest on when the process that had it is gone', async () => {
      const { harness } = await withMails({ token: 'older' }, { token: 'newer' });
      await claimOne(harness);

      await harness.passTime(61);

      expect(await claimTokens(harness)).toEqual(['older']);
    });
  });
}

function putBack({ mailQueue }: StoreHarness, mail: PendingMail, delaySeconds: number): Promise<void> {
  return mailQueue.putBack(mail, 'ECONNECTION', delaySeconds);
}
