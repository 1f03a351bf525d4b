import { expect, it } from 'vitest';
import { createMailQueue } from '../../adapters/postgres/mail-queue.ts';
import type { NewMail } from '../../core/notifications/index.ts';
import { newMail } from '../contracts/samples.ts';
import { email } from '../support/parsed.ts';
import { startService } from '../support/service.ts';

// Sixteen claims at once: the contracts of the mail queue, over Postgres.

/** The outbox of one tenant, and the worker's side of it. */
async function outbox() {
  const { app, database } = await startService();
  const { unitOfWork, resolveTenant, box } = app.services;
  const { id } = await resolveTenant.byName('default');
  const queue = createMailQueue({ pool: database.pool('gatehouse_system'), box });
  return {
    queue,
    /** As its superuser, over one connection. */
    admin: database.pool(null, 1),
    /** Queues a mail in a transaction that stays open until `work` is done. */
    add: (change: Partial<NewMail>, work = async () => {}) =>
      unitOfWork.run(id, async (repositories) => {
        await repositories.outbox.add(newMail(change));
        await work();
      }),
    claimTokens: async () => (await queue.claim(10)).map(({ token }) => token),
  };
}

it('sends one mail to a person at a time, also when an older one is committed later', async () => {
  const { queue, add, claimTokens } = await outbox();
  let newer: Awaited<ReturnType<typeof queue.claim>> = [];

  await add({ token: 'older' }, async () => {
    await add({ token: 'newer' });
    newer = await queue.claim(10);
  });
  const meanwhile = await claimTokens();
  for (const mail of newer) await queue.finish(mail);

  expect([newer.map(({ token }) => token), meanwhile]).toEqual([['newer'], []]);
  expect(await claimTokens()).toEqual(['older']);
});

it('waits for no mail that another worker is just looking at', async () => {
  const { add, admin, claimTokens } = await outbox();
  await add({ to: email('ada@example.com'), token: 'locked' });
  await add({ to: email('edsger@example.com'), token: 'expired', lifetimeSeconds: 0 });
  for (let count = 0; count < 21; count += 1) {
    await add({ to: email('grace@example.com'), token: `too much ${count}` });
  }
  await add({ to: email('barbara@example.com'), token: 'free' });

  await admin.query('BEGIN');
  await admin.query(
    "SELECT FROM gatehouse.outbox WHERE recipient <> 'barbara@example.com' ORDER BY created_at FOR UPDATE",
  );
  const claimed = await claimTokens();
  await admin.query('ROLLBACK');

  expect(claimed).toEqual(['free']);
});
