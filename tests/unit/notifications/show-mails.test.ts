import { expect, it } from 'vitest';
import { createShowMails } from '../../../core/notifications/index.ts';
import { newMail } from '../../contracts/samples.ts';
import { ISSUER, serviceFixture } from '../../support/service-fixture.ts';

/** So many mails to one recipient, of which the first is just being sent. */
async function withMails(count: number) {
  const { store, tenant } = await serviceFixture();
  await store.unitOfWork.run(tenant.id, async ({ outbox }) => {
    for (let index = 0; index < count; index += 1) {
      await outbox.add(newMail({ template: 'invitation', token: `token ${index}` }));
    }
  });
  const show = createShowMails({ queue: store.mailQueue, mailbox: store.devTransport, publicUrl: ISSUER });
  const shown = async () =>
    (await store.devMailbox.list({ to: null, limit: 1000 })).map(({ links }) => links[0]);
  return { store, show, shown };
}

it('shows every mail, also those that wait behind one that is slow to send', async () => {
  const { store, show, shown } = await withMails(3);
  await store.mailQueue.claim(1);

  await show();

  expect(await shown()).toHaveLength(3);
  expect(await shown()).toContain(`${ISSUER}/accept-invitation#token=token 2`);
});

it('shows a mail once, and what was shown no more', async () => {
  const { store, show, shown } = await withMails(1);
  await show();
  const [mail] = await store.mailQueue.claim(1);
  if (mail) await store.mailQueue.finish(mail);

  await show();

  expect(await shown()).toEqual([`${ISSUER}/accept-invitation#token=token 0`]);
});

it('says whether there may be more than it could show', async () => {
  const { show, shown } = await withMails(150);

  expect([await show(), await show(), await show()]).toEqual([true, false, false]);
  expect(await shown()).toHaveLength(150);
});
